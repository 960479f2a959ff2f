import type { EventDraft } from '@patchlane/kernel'
import type { Approval, ApprovalAnswer } from './approval.ts'
import type { ApprovalChannel } from './approval-channel.ts'
import type { ApprovalPolicy } from './approval-policy.ts'
import type { ApprovalStore } from './approval-store.ts'
import type { Consultation } from './consultation.ts'
import { contentKey } from './content-key.ts'
import type { RiskAssessor } from './risk/risk-assessor.ts'
import type { RiskAssessment } from './risk/risk-level.ts'

/** Where `approval.requested` and `approval.answered` are announced. */
export interface ApprovalEvents {
  publish(event: EventDraft): Promise<unknown>
}

export interface ApprovalGateOptions {
  assessor: RiskAssessor
  policy: ApprovalPolicy
  store: ApprovalStore
  channels?: readonly ApprovalChannel[]
  events?: ApprovalEvents
  /** How long a question stays open, in milliseconds. @default 604_800_000 (a week) */
  ttlMs?: number
  /** Told of a channel that failed; the question stays open. */
  onChannelError?: (channel: string, error: unknown) => void
}

/** What the gateway does next. */
export interface ApprovalOpinion {
  decision: 'approved' | 'ask' | 'denied'
  /** Clauses for people. */
  reasons: string[]
  risk: RiskAssessment
  /** Of the question, where there is one. */
  approvalId?: string
}

/** Risk, policy and people, in this order; stands between the checks and the landing. */
export class ApprovalGate {
  readonly #options: ApprovalGateOptions

  constructor(options: ApprovalGateOptions) {
    this.#options = options
  }

  /**
   * Whether exactly this may land. An answer given before counts if it was about the very same change under the same policy.
   * Asking twice opens one question.
   */
  async consult(consultation: Consultation): Promise<ApprovalOpinion> {
    const { assessor, policy } = this.#options
    const risk = await assessor.assess(consultation)
    const { decision, reasons } = policy.decide(consultation, risk)
    if (decision === 'deny') return { decision: 'denied', reasons, risk }
    if (decision === 'auto') return { decision: 'approved', reasons, risk }
    return this.#ask(consultation, risk, reasons)
  }

  /** @throws what {@link ApprovalStore.answer} throws. */
  async answer(approvalId: string, answer: ApprovalAnswer): Promise<Approval> {
    const approval = await this.#options.store.answer(approvalId, answer)
    await this.#publish('approval.answered', approval)
    return approval
  }

  async #ask(consultation: Consultation, risk: RiskAssessment, reasons: string[]): Promise<ApprovalOpinion> {
    const { store, policy, ttlMs = 7 * 86_400_000 } = this.#options
    const { patch } = consultation.queued
    const key = contentKey(consultation.changes, policy.version)
    const known = await store.find(patch.patchId, key)
    if (known?.status === 'approved' || known?.status === 'used') {
      await store.use(known.approvalId)
      return { decision: 'approved', reasons: [`approved by ${known.answeredBy}`], risk, approvalId: known.approvalId }
    }
    if (known?.status === 'denied') {
      const note = known.note === null ? '' : `: ${known.note}`
      return {
        decision: 'denied',
        reasons: [`refused by ${known.answeredBy}${note}`],
        risk,
        approvalId: known.approvalId,
      }
    }
    const approval = await store.open({
      repoId: patch.repoId,
      target: patch.target,
      patchId: patch.patchId,
      author: patch.author.agent,
      title: patch.title,
      contentKey: key,
      risk,
      reasons,
      policyVersion: policy.version,
      ttlMs,
    })
    if (approval.approvalId !== known?.approvalId) await this.#announce(approval)
    return { decision: 'ask', reasons, risk, approvalId: approval.approvalId }
  }

  async #announce(approval: Approval): Promise<void> {
    const { channels = [], onChannelError } = this.#options
    await this.#publish('approval.requested', approval)
    const told = await Promise.allSettled(channels.map((channel) => channel.announce(approval)))
    for (const [index, outcome] of told.entries()) {
      if (outcome.status === 'rejected') onChannelError?.(channels[index]?.name ?? '', outcome.reason)
    }
  }

  async #publish(type: string, approval: Approval): Promise<void> {
    const { approvalId, patchId, status, risk, repoId, target } = approval
    await this.#options.events?.publish({
      stream: `approval:${repoId}:${target}`,
      type,
      subject: approvalId,
      data: { patchId, status, risk: risk.level },
    })
  }
}
