import type { CommandHandler } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'
import type { CommandWords } from './command-words.ts'

/**
 * One command as data: help, completion and the reference are made from it. Nothing heavy is reached from here; what the
 * command does is loaded when it is called.
 */
export interface CommandSpec extends CommandWords {
  /** Further sentences for `--help`. */
  details?: string
  /** Command lines, each with what it does. */
  examples: readonly (readonly [line: string, effect: string])[]
  /** What every failure ends with, where lower codes have a meaning of their own. @default by the kind of the error */
  errorCode?: ExitCode
  /** It only asks about the code, for which no branch has to be checked out. */
  reading?: boolean
  /** The subcommand meant where none is named. */
  isDefault?: boolean
  commands?: readonly CommandSpec[]
  load?: () => Promise<{ run: CommandHandler }>
}
