import {
  type Clock,
  isSettled,
  type PatchStatus,
  type StoredEvent,
  systemClock,
  type TargetLease,
} from '@patchlane/kernel'
import { toEntry } from '../apply-move.ts'
import type { ListOptions, QueueEntry, ReadQueueEventsOptions, TargetRef } from '../patch-queue.ts'
import type { LineView, PatchRecord, PatchStore, TargetRecord } from '../patch-store.ts'
import { MemoryEvents } from './memory-events.ts'
import { MemoryPatchTransaction } from './memory-patch-transaction.ts'
import { keyOf, type MemoryTables } from './memory-tables.ts'

/** Transactions run one after the other; what a failed one wrote is taken back. */
export class MemoryPatchStore implements PatchStore {
  readonly #clock: Clock
  readonly #tables: MemoryTables = {
    patches: new Map(),
    targets: new Map(),
    leases: new Map(),
    events: new MemoryEvents(),
  }
  #last: Promise<unknown> = Promise.resolve()

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  transaction<T>(work: (transaction: MemoryPatchTransaction) => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      const transaction = new MemoryPatchTransaction(this.#tables, this.#clock)
      try {
        const value = await work(transaction)
        transaction.commit()
        return value
      } catch (error) {
        transaction.rollback()
        throw error
      }
    })
    this.#last = result.catch(() => {})
    return result
  }

  line(lease: TargetLease, limit: number): Promise<LineView> {
    return this.transaction((transaction) => transaction.line(lease, limit))
  }

  async renewLease(lease: TargetLease, ttlMs: number): Promise<TargetLease | undefined> {
    const row = this.#tables.leases.get(keyOf(lease))
    if (row === undefined || row.epoch !== lease.epoch || row.owner !== lease.owner) return undefined
    row.expiresAt = this.#clock.now() + ttlMs
    return { ...lease, expiresAt: row.expiresAt }
  }

  keepLease(lease: TargetLease, ttlMs: number, lost: (reason: unknown) => void): () => Promise<void> {
    const timer = setInterval(async () => {
      if ((await this.renewLease(lease, ttlMs)) !== undefined) return
      clearInterval(timer)
      lost(undefined)
    }, ttlMs / 3)
    timer.unref()
    return async () => clearInterval(timer)
  }

  async leaseHolder({ repoId, target }: TargetRef): Promise<(TargetLease & { endsInMs: number }) | undefined> {
    const row = this.#tables.leases.get(keyOf({ repoId, target }))
    const now = this.#clock.now()
    if (row === undefined || row.owner === null || row.expiresAt <= now) return undefined
    return {
      repoId,
      target,
      owner: row.owner,
      epoch: row.epoch,
      expiresAt: row.expiresAt,
      endsInMs: row.expiresAt - now,
    }
  }

  async get(patchId: string): Promise<QueueEntry | undefined> {
    const record = this.#tables.patches.get(patchId)
    return record === undefined ? undefined : toEntry(record)
  }

  async list(options: ListOptions): Promise<QueueEntry[]> {
    const { repoId, target, runId, idPrefix = '', afterSeq = 0, limit = 100, latestFirst = false } = options
    const statuses = options.status === undefined ? undefined : [options.status].flat()
    const found = [...this.#tables.patches.values()].filter(
      (record) =>
        (repoId === undefined || record.patch.repoId === repoId) &&
        (target === undefined || record.patch.target === target) &&
        (runId === undefined || record.patch.author.runId === runId) &&
        (statuses === undefined || statuses.includes(record.status)) &&
        record.patch.patchId.startsWith(idPrefix) &&
        record.seq > afterSeq,
    )
    const sign = latestFirst ? -1 : 1
    const byPlace = (a: PatchRecord, b: PatchRecord) => sign * (a.seq - b.seq)
    const byTime = (a: PatchRecord, b: PatchRecord) => sign * (a.createdAt - b.createdAt) || byPlace(a, b)
    return found
      .sort(target === undefined ? byTime : byPlace)
      .slice(0, limit)
      .map(toEntry)
  }

  async target(target: TargetRef): Promise<TargetRecord | undefined> {
    return this.#tables.targets.get(keyOf(target))
  }

  async counts(target: TargetRef, which: 'open' | 'all'): Promise<Map<PatchStatus, number>> {
    const counts = new Map<PatchStatus, number>()
    for (const { patch, status } of this.#tables.patches.values())
      if (keyOf(patch) === keyOf(target) && (which === 'all' || !isSettled(status)))
        counts.set(status, (counts.get(status) ?? 0) + 1)
    return counts
  }

  async settledBefore(time: number, limit: number, withContents: boolean): Promise<string[]> {
    return [...this.#tables.patches.values()]
      .filter((record) => record.settledAt !== null && record.settledAt < time)
      .filter((record) => !withContents || record.erasedAt === null)
      .sort((a, b) => (a.settledAt ?? 0) - (b.settledAt ?? 0) || a.seq - b.seq)
      .slice(0, limit)
      .map((record) => record.patch.patchId)
  }

  async events(options: ReadQueueEventsOptions): Promise<StoredEvent[]> {
    return this.#tables.events.read(options)
  }

  follow(stream: string, after: number, signal?: AbortSignal): AsyncIterable<StoredEvent> {
    return this.#tables.events.follow(stream, after, signal)
  }

  async compact(): Promise<void> {}

  async close(): Promise<void> {}
}
