import { type ErrorKind, PatchlaneError } from '@patchlane/kernel'

/** git could not do the line merge at all. */
export class LineMergeError extends PatchlaneError {
  readonly code = 'MERGE_LINE_MERGE_FAILED'
  override readonly kind: ErrorKind = 'environment'

  constructor(path: string, reason: string, cause?: unknown) {
    super(`git could not merge ${path}: ${reason}`, {
      remedy: 'Install git 2.38 or newer, and see that the temporary folder can be written.',
      cause,
    })
  }
}

/** A call of the merge commands that cannot be understood. */
export class MergeUsageError extends PatchlaneError {
  readonly code = 'MERGE_USAGE'
  override readonly kind: ErrorKind = 'usage'

  constructor(problem: string, remedy: string, cause?: unknown) {
    super(problem, { remedy, cause })
  }
}
