import type { Approval } from './approval.ts'

/**
 * Carries a question to people. It only carries: the answer comes back through {@link ApprovalGate.answer}, where it is checked.
 * A channel that fails never lets a patch through; the question stays open in the store.
 */
export interface ApprovalChannel {
  readonly name: string
  announce(approval: Approval, signal?: AbortSignal): Promise<void>
}
