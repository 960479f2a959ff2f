import type { OptionSpec } from './command-words.ts'

/** Options that every command takes, before or after its name. */
export const globalOptions = [
  { flags: '-C, --directory <path>', description: 'work in this folder instead of the current one' },
  {
    flags: '--target <branch>',
    description: 'the branch patches land on, or dir:PATH for a plain folder; wins over the configuration',
  },
  { flags: '--config <file>', description: 'use this configuration file' },
  { flags: '--json', description: 'print JSON on standard output' },
  { flags: '--no-color', description: 'no colours (NO_COLOR and FORCE_COLOR are heeded too)' },
  { flags: '--verbose', description: 'with an error, say what caused it' },
] as const satisfies readonly OptionSpec[]

/** The values of the options that every command takes. */
export interface GlobalOptions {
  /** Absolute. */
  directory: string
  target?: string
  /** Absolute. */
  config?: string
  json: boolean
  color: boolean
  verbose: boolean
}
