import { type ErrorKind, PatchlaneError } from '@patchlane/kernel'

/** A manifest or configuration file that cannot be read as what it claims to be. */
export class UnreadableManifestError extends PatchlaneError {
  readonly code = 'TEST_RUNNER_UNREADABLE_MANIFEST'
  override readonly kind: ErrorKind = 'usage'

  constructor(path: string, cause: unknown) {
    super(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      remedy: `Correct ${path}.`,
    })
  }
}

/** The configuration names a runner that this tree has no tests for: a slip that must not pass as "nothing to run". */
export class UnknownRunnerError extends PatchlaneError {
  readonly code = 'TEST_RUNNER_UNKNOWN'
  override readonly kind: ErrorKind = 'usage'

  constructor(name: string, known: readonly string[]) {
    super(`The runner "${name}" was asked for, and no tests for it were found.`, {
      remedy: known.length === 0 ? 'Take it out of the configuration.' : `Use one of ${known.join(', ')}.`,
    })
  }
}
