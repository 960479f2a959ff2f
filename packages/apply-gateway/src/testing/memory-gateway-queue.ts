import {
  assertMove,
  contentHash,
  isSettled,
  type ParkedFor,
  type Patch,
  type PatchInput,
  PatchlaneError,
  type PatchStatus,
  patchSchema,
  type QueuedPatch,
  type SettledStatus,
  type TargetLease,
  type VerdictInput,
  verdictSchema,
} from '@patchlane/kernel'
import type { GatewayQueue } from '../gateway-queue.ts'

class QueueLeaseLostError extends PatchlaneError {
  readonly code = 'TESTING_LEASE_LOST'
}

/** A queue for tests of gateways: strict first come first served, one target, with a lease that can be taken by force. */
export class MemoryGatewayQueue implements GatewayQueue {
  readonly patches = new Map<string, QueuedPatch>()
  #lease: TargetLease | undefined
  #epoch = 0

  propose(input: Patch | PatchInput): QueuedPatch {
    const patch = patchSchema.parse(input)
    const known = this.patches.get(patch.patchId)
    if (known !== undefined) return known
    const queued: QueuedPatch = {
      patch,
      seq: this.patches.size + 1,
      status: 'queued',
      contentHash: contentHash(patch),
      verdict: null,
      parkedFor: null,
      approved: false,
      createdAt: 0,
      updatedAt: 0,
      settledAt: null,
    }
    this.patches.set(patch.patchId, queued)
    return queued
  }

  get(patchId: string): QueuedPatch {
    const queued = this.patches.get(patchId)
    if (queued === undefined) throw new QueueLeaseLostError(`no patch ${patchId}`)
    return queued
  }

  async lease(options: { repoId: string; target: string; owner: string }): Promise<TargetLease | undefined> {
    if (this.#lease !== undefined) return undefined
    this.#epoch++
    for (const queued of this.patches.values()) {
      if (queued.status === 'staged' || queued.status === 'checking')
        this.#set(queued.patch.patchId, { status: 'queued' })
    }
    this.#lease = { ...options, epoch: this.#epoch, expiresAt: Number.MAX_SAFE_INTEGER }
    return this.#lease
  }

  /** As if the holder had slept past its lease: the next one to ask gets it. */
  expireLease(): void {
    this.#lease = undefined
  }

  async leaseEndsIn(): Promise<number | undefined> {
    return this.#lease === undefined ? undefined : 100
  }

  keep(lease: TargetLease, ttlMs: number, lost: (reason: unknown) => void): () => Promise<void> {
    const timer = setInterval(() => {
      try {
        this.#check(lease)
      } catch (thrown) {
        clearInterval(timer)
        lost(thrown)
      }
    }, ttlMs / 3)
    timer.unref()
    return async () => clearInterval(timer)
  }

  async release(lease: TargetLease): Promise<void> {
    if (this.#lease?.epoch === lease.epoch) this.#lease = undefined
  }

  async claim(lease: TargetLease, window: number): Promise<QueuedPatch[]> {
    this.#check(lease)
    const approved = [...this.patches.values()].filter(({ approved, status }) => approved && !isSettled(status))
    const line = approved.length > 0 ? approved.slice(0, 1) : [...this.patches.values()]
    return line.filter(({ status }) => status === 'queued').slice(0, window)
  }

  async move(lease: TargetLease, patchId: string, to: PatchStatus): Promise<QueuedPatch> {
    this.#check(lease)
    assertMove(patchId, this.get(patchId).status, to)
    return this.#set(patchId, { status: to })
  }

  async settle(
    lease: TargetLease,
    patchId: string,
    verdict: VerdictInput & { status: SettledStatus },
  ): Promise<QueuedPatch> {
    this.#check(lease)
    assertMove(patchId, this.get(patchId).status, verdict.status)
    return this.#set(patchId, { status: verdict.status, verdict: verdictSchema.parse(verdict), settledAt: 0 })
  }

  async recordLanded(
    lease: TargetLease,
    patchId: string,
    verdict: VerdictInput & { status: 'landed' },
  ): Promise<QueuedPatch> {
    this.#check(lease)
    return this.#set(patchId, { status: 'landed', verdict: verdictSchema.parse(verdict), settledAt: 0 })
  }

  async park(lease: TargetLease, patchId: string, parkedFor: ParkedFor, verdict: VerdictInput): Promise<QueuedPatch> {
    this.#check(lease)
    assertMove(patchId, this.get(patchId).status, 'awaiting_approval')
    return this.#set(patchId, { status: 'awaiting_approval', parkedFor, verdict: verdictSchema.parse(verdict) })
  }

  async reenter(patchId: string, answer: { approved: boolean }): Promise<QueuedPatch> {
    return this.#set(patchId, { status: 'queued', parkedFor: null, approved: answer.approved })
  }

  async list(options: { status?: PatchStatus }): Promise<QueuedPatch[]> {
    return [...this.patches.values()].filter(({ status }) => options.status === undefined || status === options.status)
  }

  #check(lease: TargetLease): void {
    if (this.#lease?.epoch !== lease.epoch) throw new QueueLeaseLostError(`epoch ${lease.epoch} was replaced`)
  }

  #set(patchId: string, change: Partial<QueuedPatch>): QueuedPatch {
    const queued = { ...this.get(patchId), ...change }
    this.patches.set(patchId, queued)
    return queued
  }
}
