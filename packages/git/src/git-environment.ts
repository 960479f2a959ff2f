import { cleanEnvironment } from '@patchlane/process'

/**
 * The environment of every git process: built anew, without the caller's `GIT_*`, without the system's and the user's configuration
 * (what of it matters comes back by {@link readUserSettings}), without replace refs, without questions.
 */
export function gitEnvironment(extra: Record<string, string | undefined> = {}): Record<string, string> {
  return cleanEnvironment({
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    LC_ALL: 'C',
    LANGUAGE: undefined,
    ...extra,
  })
}

/**
 * Settings given to every git process on its command line, where nothing overrides them: no hooks, no file-system monitor, no
 * background maintenance, and objects and refs on disk before git says so.
 */
export const safeConfig: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'core.fsync=committed,loose-object,reference',
  'merge.conflictStyle=zdiff3',
  'core.quotePath=false',
]

/** `safeConfig`, and what the caller adds, as command-line arguments. */
export function configArguments(extra: readonly string[] = []): string[] {
  return [...safeConfig, ...extra].flatMap((setting) => ['-c', setting])
}
