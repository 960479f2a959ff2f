import { type ErrorKind, PatchlaneError } from '@patchlane/kernel'

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

/** What was approved is not what waits now. */
export class ApprovalMismatchError extends PatchlaneError {
  readonly code = 'PIPELINE_APPROVAL_MISMATCH'
  override readonly kind: ErrorKind = 'stale'
}
