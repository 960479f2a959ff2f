import type { CommandHandler } from '../command-context.ts'
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
  /** Hands all words over unread: the command has a parser of its own. */
  raw?: boolean
  /** The subcommand meant where none is named. */
  isDefault?: boolean
  commands?: readonly CommandSpec[]
  load?: () => Promise<{ run: CommandHandler }>
}
