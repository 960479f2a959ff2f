import { type Clock, systemClock } from '@patchlane/kernel'
import type { RunClaim, RunRecord, RunStore } from '../ports/run-store.ts'

/** Runs in this process, for tests and for programs that need no resume. */
export class MemoryRunStore implements RunStore {
  readonly #runs = new Map<string, RunRecord>()
  readonly #claims = new Map<string, { holder: string; expiresAt: number }>()
  readonly #clock: Clock

  constructor(options: { clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock
  }

  async create(record: RunRecord, claim: RunClaim): Promise<boolean> {
    if (this.#runs.has(record.runId)) return false
    this.#runs.set(record.runId, record)
    return this.claim(claim)
  }

  async claim({ runId, holder, ttlMs, insteadOf }: RunClaim): Promise<boolean> {
    const current = this.#claims.get(runId)
    const now = this.#clock.now()
    const mine = current?.holder === holder || current?.holder === insteadOf
    if (current !== undefined && !mine && current.expiresAt > now) return false
    this.#claims.set(runId, { holder, expiresAt: now + ttlMs })
    return true
  }

  async holder(runId: string): Promise<string | null> {
    const claim = this.#claims.get(runId)
    return claim === undefined || claim.expiresAt <= this.#clock.now() ? null : claim.holder
  }

  async update(runId: string, change: Parameters<RunStore['update']>[1]): Promise<void> {
    const record = this.#runs.get(runId)
    if (record !== undefined) this.#runs.set(runId, { ...record, ...change })
  }

  async release(runId: string, holder: string): Promise<void> {
    if (this.#claims.get(runId)?.holder === holder) this.#claims.delete(runId)
  }

  async remove(runId: string): Promise<void> {
    this.#runs.delete(runId)
    this.#claims.delete(runId)
  }

  async get(runId: string): Promise<RunRecord | undefined> {
    return this.#runs.get(runId)
  }

  async list(options: { limit?: number } = {}): Promise<RunRecord[]> {
    return [...this.#runs.values()].sort((a, b) => b.startedAt - a.startedAt).slice(0, options.limit)
  }
}
