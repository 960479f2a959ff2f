import { randomUUID } from 'node:crypto'
import { type Clock, type PatchId, systemClock } from '@patchlane/kernel'
import type { Approval, ApprovalAnswer, ApprovalDraft } from '../approval.ts'
import type { ApprovalFilter, ApprovalStore } from '../approval-store.ts'
import { assertAnswerable } from '../check-answer.ts'
import { ApprovalNotFoundError, ApprovalSettledError } from '../errors.ts'

/** Approvals of one process, gone with it. */
export class MemoryApprovalStore implements ApprovalStore {
  /** In the order in which they were opened. */
  readonly #approvals = new Map<string, Approval>()
  readonly #clock: Clock

  constructor(options: { clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock
  }

  async open(draft: ApprovalDraft): Promise<Approval> {
    const open = [...this.#approvals.values()].find(
      (approval) => approval.patchId === draft.patchId && this.#now(approval).status === 'pending',
    )
    if (open?.contentKey === draft.contentKey) return { ...open }
    if (open !== undefined) open.status = 'replaced'
    const { ttlMs, ...asked } = draft
    const requestedAt = this.#clock.now()
    const approval: Approval = {
      ...asked,
      approvalId: randomUUID(),
      status: 'pending',
      requestedAt,
      expiresAt: requestedAt + ttlMs,
      answeredBy: null,
      answeredAt: null,
      channel: null,
      note: null,
    }
    this.#approvals.set(approval.approvalId, approval)
    return { ...approval }
  }

  async find(patchId: PatchId, contentKey: string): Promise<Approval | undefined> {
    const found = [...this.#approvals.values()].findLast(
      (approval) => approval.patchId === patchId && approval.contentKey === contentKey,
    )
    return found === undefined ? undefined : this.#now(found)
  }

  async get(approvalId: string): Promise<Approval | undefined> {
    const found = this.#approvals.get(approvalId)
    return found === undefined ? undefined : this.#now(found)
  }

  async answer(approvalId: string, answer: ApprovalAnswer): Promise<Approval> {
    const approval = this.#approvals.get(approvalId)
    if (approval === undefined) throw new ApprovalNotFoundError(approvalId)
    assertAnswerable(this.#now(approval), answer)
    approval.status = answer.decision
    approval.answeredBy = answer.by
    approval.answeredAt = this.#clock.now()
    approval.channel = answer.channel
    approval.note = answer.note ?? null
    return { ...approval }
  }

  async use(approvalId: string): Promise<void> {
    const approval = this.#approvals.get(approvalId)
    if (approval === undefined) throw new ApprovalNotFoundError(approvalId)
    const { status } = this.#now(approval)
    if (status !== 'approved' && status !== 'used') throw new ApprovalSettledError(approvalId, status)
    approval.status = 'used'
  }

  async list(filter: ApprovalFilter): Promise<Approval[]> {
    return [...this.#approvals.values()]
      .map((approval) => this.#now(approval))
      .filter(({ repoId, target, status }) => {
        if (repoId !== filter.repoId || (filter.target !== undefined && target !== filter.target)) return false
        return filter.status === undefined || filter.status.includes(status)
      })
      .reverse()
      .slice(0, filter.limit ?? 100)
  }

  async close(): Promise<void> {}

  /** A copy, with what time has done to it. */
  #now(approval: Approval): Approval {
    const over = approval.status === 'pending' && approval.expiresAt <= this.#clock.now()
    return over ? { ...approval, status: 'expired' } : { ...approval }
  }
}
