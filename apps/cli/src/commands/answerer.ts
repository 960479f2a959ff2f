import { userInfo } from 'node:os'
import type { CommandContext } from '../command-context.ts'

/** Who answers a question: `--by`, else PATCHLANE_USER, else the name the person is logged in with. */
export function answererOf(context: CommandContext, by: string | undefined): string {
  return by ?? context.io.env.PATCHLANE_USER ?? loginName()
}

function loginName(): string {
  try {
    return userInfo().username
  } catch {
    // A user id without an entry in the user database, as containers have.
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}
