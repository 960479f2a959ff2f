import type { CommandHandler } from '../command-context.ts'

export interface ArgumentSpec {
  /** As commander writes it: `<patch>`, `[file]`, `<command...>`. */
  syntax: string
  description: string
  choices?: readonly string[]
}

export interface OptionSpec {
  /** As commander writes it: `-n, --limit <number>`. */
  flags: string
  description: string
  choices?: readonly string[]
  /** May be given several times; the values are collected. */
  repeats?: boolean
}

/**
 * One command as data: help, completion and the reference are made from it. Nothing heavy is reached from here; what the
 * command does is loaded when it is called.
 */
export interface CommandSpec {
  name: string
  summary: string
  /** Further sentences for `--help`. */
  details?: string
  arguments?: readonly ArgumentSpec[]
  options?: readonly OptionSpec[]
  /** Command lines, each with what it does. */
  examples: readonly (readonly [line: string, effect: string])[]
  /** Hands all words over unread: the command has a parser of its own. */
  raw?: boolean
  /** The subcommand meant where none is named. */
  isDefault?: boolean
  commands?: readonly CommandSpec[]
  load?: () => Promise<{ run: CommandHandler }>
}
