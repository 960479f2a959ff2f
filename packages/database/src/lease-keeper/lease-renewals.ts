import type { TargetLease } from '@patchlane/kernel'
import type { LeaseTable } from '../lease-table.ts'
import type { LeaseKeeper } from './lease-keeper.ts'

/** Renewals in the time that a lease lasts: so many may fail, or come late, before it runs out. */
const BEATS = 6

interface Kept {
  lease: TargetLease
  ttlMs: number
  lost: (reason: unknown) => void
  renewed: (() => void) | undefined
  renewedAt: number
}

/** Renews leases from the thread it is made in, all of them in one statement. */
export class LeaseRenewals implements LeaseKeeper {
  readonly #table: LeaseTable
  readonly #holderWorks: () => boolean
  readonly #kept = new Set<Kept>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined

  /** While `holderWorks` says no, nothing is renewed: a holder that hangs for good must not keep its target. */
  constructor(table: LeaseTable, holderWorks: () => boolean = () => true) {
    this.#table = table
    this.#holderWorks = holderWorks
  }

  keep(lease: TargetLease, ttlMs: number, lost: (reason: unknown) => void, renewed?: () => void): () => Promise<void> {
    const kept: Kept = { lease, ttlMs, lost, renewed, renewedAt: performance.now() }
    this.#kept.add(kept)
    this.#schedule()
    return async () => {
      this.#kept.delete(kept)
      await this.#running
    }
  }

  async close(): Promise<void> {
    this.#kept.clear()
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#running
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#kept.size === 0) return
    const beat = Math.min(...[...this.#kept].map(({ ttlMs }) => ttlMs)) / BEATS
    this.#timer = setTimeout(() => {
      this.#running = this.#renew().finally(() => {
        this.#timer = undefined
        this.#running = undefined
        this.#schedule()
      })
    }, beat)
    this.#timer.unref()
  }

  async #renew(): Promise<void> {
    if (!this.#holderWorks()) return
    const kept = [...this.#kept]
    try {
      const outcomes = await this.#table.renewAll(kept)
      for (const [index, one] of kept.entries()) {
        if (outcomes[index] === 'renewed') {
          one.renewedAt = performance.now()
          one.renewed?.()
        } else if (outcomes[index] === 'lost') this.#lose(one, undefined)
      }
    } catch (error) {
      // A store that is away for a moment has taken nothing away yet.
      const now = performance.now()
      for (const one of kept) if (now - one.renewedAt >= one.ttlMs) this.#lose(one, error)
    }
  }

  #lose(kept: Kept, reason: unknown): void {
    if (this.#kept.delete(kept)) kept.lost(reason)
  }
}
