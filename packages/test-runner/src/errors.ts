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

/** A runner was asked for by a name that no adapter has. */
export class UnknownRunnerError extends PatchlaneError {
  readonly code = 'TEST_RUNNER_UNKNOWN'
  override readonly kind: ErrorKind = 'usage'

  constructor(name: string, known: readonly string[]) {
    super(`There is no test runner "${name}".`, { remedy: `Use one of ${known.join(', ')}.` })
  }
}
