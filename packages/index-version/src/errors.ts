import { type ErrorKind, PatchlaneError, type Stamp } from '@patchlane/kernel'

/** The indexer took longer than its claim held, and another took the work over. */
export class IndexClaimLostError extends PatchlaneError {
  readonly code = 'INDEX_VERSION_CLAIM_LOST'
  override readonly retryable = true

  constructor(commit: string, attempt: number, options?: ErrorOptions) {
    super(`Indexing ${commit.slice(0, 12)} (attempt ${attempt}) was taken over by another process.`, options)
  }
}

/** The indexer failed. */
export class IndexingFailedError extends PatchlaneError {
  readonly code = 'INDEX_VERSION_INDEXING_FAILED'
  override readonly retryable = true

  constructor(commit: string, reason: string, options?: ErrorOptions) {
    super(`Commit ${commit.slice(0, 12)} could not be indexed: ${reason}`, options)
  }
}

/** A request was made from a state that the policy does not take any more. */
export class StaleStampError extends PatchlaneError {
  readonly code = 'INDEX_VERSION_STALE'
  override readonly kind: ErrorKind = 'stale'
  override readonly retryable = true
  readonly stamp: Stamp
  /** What has changed since, as far as the request depends on it. */
  readonly movedPaths: readonly string[]

  constructor(stamp: Stamp, reason: string, movedPaths: readonly string[]) {
    super(`The request was made from commit ${stamp.commit.slice(0, 12)}, and ${reason}.`, {
      remedy: 'Get a new context, then repeat the request with its stamp.',
    })
    this.stamp = stamp
    this.movedPaths = movedPaths
  }
}
