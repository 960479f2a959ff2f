import type { Pipeline } from '@patchlane/pipeline'
import type { z } from 'zod'
import type { ExitCode } from './exit-code.ts'
import type { Interrupt } from './interrupt.ts'
import type { CliIo } from './io/cli-io.ts'
import type { CommandWords } from './program/command-words.ts'
import type { GlobalOptions } from './program/global-options.ts'
import type { CliServices } from './services.ts'
import type { Style } from './text/style.ts'

/** What a command works with. */
export interface CommandContext {
  readonly io: CliIo
  readonly services: CliServices
  readonly globals: GlobalOptions
  /** All commands there are. */
  readonly commands: readonly CommandWords[]
  readonly interrupt: Interrupt
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal
  /** Colours for standard output. */
  readonly style: Style
  /** Colours for standard error. */
  readonly noteStyle: Style
  /** Opens the repository, once; it is closed when the command has ended. */
  pipeline(): Promise<Pipeline>
  /** One line, or several, on standard output: the result. */
  print(text: string): void
  /** A line on standard error: progress and hints. Silent with `--json`. */
  note(text: string): void
  /** One JSON object on a line of standard output, in the documented form: members that the schema does not name are dropped. */
  emit<S extends z.ZodType>(schema: S, value: z.input<S>): void
}

/** A command line's own words; a handler parses them with {@link parseInput}. */
export interface CommandInput {
  args: readonly unknown[]
  options: Record<string, unknown>
}

export type CommandHandler = (context: CommandContext, input: CommandInput) => Promise<ExitCode>
