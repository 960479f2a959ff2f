import type { GlobalOptions } from './program/global-options.ts'

/** How the repository that the options speak of is opened. */
export function openOptions(globals: GlobalOptions): { directory: string; target?: string; configFile?: string } {
  return {
    directory: globals.directory,
    ...(globals.target === undefined ? {} : { target: globals.target }),
    ...(globals.config === undefined ? {} : { configFile: globals.config }),
  }
}
