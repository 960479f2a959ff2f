import type { PatchId, RepoId } from '@patchlane/kernel'
import type { Approval, ApprovalAnswer, ApprovalDraft, ApprovalStatus } from './approval.ts'

export interface ApprovalFilter {
  repoId: RepoId
  target?: string
  status?: readonly ApprovalStatus[]
  limit?: number
}

/**
 * Questions and answers.
 *
 * Every adapter guarantees:
 * - at most one open question for a patch: opening one with another content replaces it, opening the same one again returns it;
 * - an answer is given once, to an open question that has not expired;
 * - a question past its time reads as `expired`, by the store's clock.
 */
export interface ApprovalStore {
  open(draft: ApprovalDraft): Promise<Approval>
  /** The latest question about a patch with this content; undefined if it was never asked. */
  find(patchId: PatchId, contentKey: string): Promise<Approval | undefined>
  get(approvalId: string): Promise<Approval | undefined>
  /** @throws {ApprovalNotFoundError} {ApprovalSettledError} {SelfApprovalError}: nothing is written. */
  answer(approvalId: string, answer: ApprovalAnswer): Promise<Approval>
  /** Marks an approved one as used. Without effect on one that is used already; any other status is refused. @throws {ApprovalSettledError} */
  use(approvalId: string): Promise<void>
  /** The newest first. */
  list(filter: ApprovalFilter): Promise<Approval[]>
  close(): Promise<void>
}
