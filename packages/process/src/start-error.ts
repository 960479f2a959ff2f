import { existsSync } from 'node:fs'
import { errorMessage, type PatchlaneError } from '@patchlane/kernel'
import { ProcessStartError, ProgramNotFoundError } from './errors.ts'

/** Turns what `spawn` threw into one of our errors. A missing folder also reads ENOENT, so the folder is looked at first. */
export function startError(file: string, cwd: string | undefined, thrown: unknown): PatchlaneError {
  if (cwd !== undefined && !existsSync(cwd)) {
    return new ProcessStartError(file, `its folder ${cwd} does not exist`, { cause: thrown })
  }
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined
  if (code === 'ENOENT' || code === 'EACCES') return new ProgramNotFoundError(file, { cause: thrown })
  return new ProcessStartError(file, errorMessage(thrown), { cause: thrown })
}
