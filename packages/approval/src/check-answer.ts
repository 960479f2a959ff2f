import type { Approval, ApprovalAnswer } from './approval.ts'
import { ApprovalSettledError, SelfApprovalError } from './errors.ts'

/** What every store asks before it writes an answer. @throws {ApprovalSettledError} {SelfApprovalError} */
export function assertAnswerable(approval: Approval, answer: ApprovalAnswer): void {
  if (approval.status !== 'pending') throw new ApprovalSettledError(approval.approvalId, approval.status)
  if (answer.decision === 'approved' && answer.by === approval.author) throw new SelfApprovalError(approval.author)
}
