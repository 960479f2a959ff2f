import { type ErrorKind, errorMessage, PatchlaneError } from '@patchlane/kernel'

/** The configuration file cannot be read, or says something that Patchlane does not know. */
export class ConfigError extends PatchlaneError {
  readonly code = 'PIPELINE_CONFIG_INVALID'
  override readonly kind: ErrorKind = 'usage'
}

/** No patch, run or workspace has this id. */
export class NotFoundError extends PatchlaneError {
  readonly code = 'PIPELINE_NOT_FOUND'
  override readonly kind: ErrorKind = 'usage'

  constructor(what: string, id: string, remedy: string) {
    super(`There is no ${what} ${JSON.stringify(id)}.`, { remedy })
  }
}

/** The beginning of an id fits several. */
export class AmbiguousIdError extends PatchlaneError {
  readonly code = 'PIPELINE_AMBIGUOUS_ID'
  override readonly kind: ErrorKind = 'usage'

  constructor(what: string, prefix: string, candidates: readonly string[]) {
    super(`${JSON.stringify(prefix)} fits ${candidates.length} ${what}s: ${candidates.slice(0, 5).join(', ')}.`, {
      remedy: 'Give more of the id.',
    })
  }
}

/** The target does not name something patches can land on. */
export class TargetError extends PatchlaneError {
  readonly code = 'PIPELINE_TARGET_INVALID'
  override readonly kind: ErrorKind = 'usage'
}

/** The folder for what is kept of a repository cannot be made or written. */
export class StateNotWrittenError extends PatchlaneError {
  readonly code = 'PIPELINE_STATE_NOT_WRITTEN'
  override readonly kind: ErrorKind = 'environment'

  constructor(directory: string, cause: unknown) {
    const full = typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOSPC'
    super(
      full
        ? `${directory} cannot be written: the disk is full.`
        : `${directory} cannot be written: ${errorMessage(cause)}.`,
      {
        remedy: full
          ? 'Free some space.'
          : 'See that this user may write there; index, context, symbols, refs and map need it not.',
        cause,
      },
    )
  }
}

/** What was approved is not what waits now. */
export class ApprovalMismatchError extends PatchlaneError {
  readonly code = 'PIPELINE_APPROVAL_MISMATCH'
  override readonly kind: ErrorKind = 'stale'
}
