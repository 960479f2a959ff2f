import { type ErrorKind, PatchlaneError } from '@patchlane/kernel'

/** No question has this id. */
export class ApprovalNotFoundError extends PatchlaneError {
  readonly code = 'APPROVAL_NOT_FOUND'
  override readonly kind: ErrorKind = 'usage'

  constructor(approvalId: string) {
    super(`There is no approval ${approvalId}.`, {
      remedy: 'List what waits for an answer, and take an id from there.',
    })
  }
}

/** The question is not open any more: answered, expired, or replaced by one about another content. */
export class ApprovalSettledError extends PatchlaneError {
  readonly code = 'APPROVAL_SETTLED'
  override readonly kind: ErrorKind = 'stale'

  constructor(approvalId: string, status: string) {
    super(`Approval ${approvalId} is ${status}; it cannot be answered or used.`, {
      remedy: 'Look at the patch again: there may be a newer question about it.',
    })
  }
}

/** Whoever made a patch cannot approve it. */
export class SelfApprovalError extends PatchlaneError {
  readonly code = 'APPROVAL_BY_AUTHOR'
  override readonly kind: ErrorKind = 'approval'

  constructor(author: string) {
    super(`${author} made this patch and cannot approve it.`, { remedy: 'Let somebody else look at it.' })
  }
}
