import type { Approval } from '@patchlane/approval'
import type { FileChange, QueuedPatch } from '@patchlane/kernel'
import { renderDiff } from '@patchlane/patch-queue/formats'
import { ApprovalMismatchError, NotFoundError } from '../errors.ts'
import type { ApprovalDesk, PendingApproval } from '../pipeline.ts'
import type { RepositoryContext } from '../wiring/repository-context.ts'
import type { Stores } from '../wiring/stores.ts'
import type { QueuePatchDesk } from './patch-desk.ts'

/** Questions to people about patches of one target, and their answers. */
export class PatchApprovalDesk implements ApprovalDesk {
  readonly #context: RepositoryContext
  readonly #stores: Stores
  readonly #patches: QueuePatchDesk

  constructor(context: RepositoryContext, stores: Stores, patches: QueuePatchDesk) {
    this.#context = context
    this.#stores = stores
    this.#patches = patches
  }

  async list(): Promise<PendingApproval[]> {
    const { repoId, target } = this.#context
    const open = await this.#stores.approvals.list({ repoId, target, status: ['pending'], limit: 1000 })
    const pending = await Promise.all(open.reverse().map((approval) => this.#pending(approval)))
    return pending.filter((one) => one.patch.status === 'awaiting_approval')
  }

  async get(idOrPrefix: string): Promise<PendingApproval> {
    const { patch } = await this.#patches.get(idOrPrefix)
    const found = (await this.list()).find((one) => one.patch.patch.patchId === patch.patchId)
    if (found === undefined) {
      throw new NotFoundError('open question about patch', patch.patchId, 'List them with "patchlane approve".')
    }
    return found
  }

  async approve(idOrPrefix: string, answer: { by: string; note?: string; contentHash?: string }): Promise<QueuedPatch> {
    return this.#answer(idOrPrefix, 'approved', answer)
  }

  async reject(idOrPrefix: string, answer: { by: string; note?: string }): Promise<QueuedPatch> {
    return this.#answer(idOrPrefix, 'denied', answer)
  }

  async #answer(
    idOrPrefix: string,
    decision: 'approved' | 'denied',
    answer: { by: string; note?: string; contentHash?: string },
  ): Promise<QueuedPatch> {
    const pending = await this.get(idOrPrefix)
    if (answer.contentHash !== undefined && answer.contentHash !== pending.contentHash) {
      throw new ApprovalMismatchError(`Patch ${pending.patch.patch.patchId} is not what you looked at any more.`, {
        remedy: 'Look at it again, then answer.',
      })
    }
    const { by, note } = answer
    const { patchId } = pending.patch.patch
    const { approvalId } = await this.#question(patchId, pending.contentHash)
    await this.#stores.approvalGate.answer(approvalId, { decision, by, note, channel: 'desk' })
    return this.#stores.queue.reenter(patchId, {
      approved: decision === 'approved',
      by,
      ...(note === undefined ? {} : { note }),
    })
  }

  async #question(patchId: QueuedPatch['patch']['patchId'], contentKey: string): Promise<Approval> {
    const found = await this.#stores.approvals.find(patchId, contentKey)
    if (found === undefined) throw new NotFoundError('question about patch', patchId, 'Look at the queue again.')
    return found
  }

  async #pending(approval: Approval): Promise<PendingApproval> {
    const patch = await this.#patches.get(approval.patchId)
    return {
      patch,
      risk: { level: approval.risk.level, score: approval.risk.score, reasons: approval.reasons },
      contentHash: approval.contentKey,
      diff: renderDiff(await this.#staged(patch)),
      requestedAt: approval.requestedAt,
      expiresAt: approval.expiresAt,
    }
  }

  /** Exactly what would land, merged and formatted; the patch as proposed where its staged tree has been collected since. */
  async #staged({ patch, verdict }: QueuedPatch): Promise<readonly FileChange[]> {
    const { git } = this.#context
    const { tree, head } = verdict ?? {}
    if (tree === undefined || head === undefined) return patch.changes
    const isThere = (await git.objectInfo(tree)) !== undefined
    return isThere ? git.changesBetween(head.commit, tree) : patch.changes
  }
}
