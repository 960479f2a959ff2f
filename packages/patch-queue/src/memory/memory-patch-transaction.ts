import { type Clock, type EventDraft, isSettled, type PatchStatus, type TargetLease } from '@patchlane/kernel'
import type { LeaseOptions, TargetRef } from '../patch-queue.ts'
import {
  type LeaseStanding,
  type LineView,
  type PatchChanges,
  type PatchRecord,
  type PatchTransaction,
  type TargetRecord,
  withoutContents,
} from '../patch-store.ts'
import { keyOf, type MemoryTables } from './memory-tables.ts'

/** Writes at once and remembers how to take it back; events wait for the commit, since readers may see them at any time. */
export class MemoryPatchTransaction implements PatchTransaction {
  readonly #tables: MemoryTables
  readonly #clock: Clock
  readonly #undo: (() => void)[] = []
  readonly #events: { draft: EventDraft; at: number }[] = []

  constructor(tables: MemoryTables, clock: Clock) {
    this.#tables = tables
    this.#clock = clock
  }

  commit(): void {
    for (const { draft, at } of this.#events) this.#tables.events.append(draft, at)
  }

  rollback(): void {
    for (const undo of this.#undo.reverse()) undo()
  }

  async now(): Promise<number> {
    return this.#clock.now()
  }

  async lockTarget(target: TargetRef): Promise<TargetRecord> {
    return this.#tables.targets.get(keyOf(target)) ?? { lastSeq: 0, mode: 'running', lastAt: 0 }
  }

  async line(lease: TargetLease, limit: number): Promise<LineView> {
    const inHand = await this.inHand(lease)
    const { mode } = await this.lockTarget(lease)
    return {
      standing: await this.checkLease(lease),
      mode,
      barrierInHand: inHand.some(({ line }) => line === 0),
      ready: this.#ready(lease, limit),
    }
  }

  async saveTarget(target: TargetRef, record: TargetRecord): Promise<void> {
    this.#set(this.#tables.targets, keyOf(target), record)
  }

  async checkLease(lease: TargetLease): Promise<LeaseStanding> {
    const row = this.#tables.leases.get(keyOf(lease))
    if (row === undefined || row.epoch !== lease.epoch || row.owner !== lease.owner)
      return { held: false, reason: 'lost', epoch: row?.epoch ?? 0 }
    const now = this.#clock.now()
    return row.expiresAt <= now ? { held: false, reason: 'expired', epoch: row.epoch } : { held: true, now }
  }

  async acquireLease({ repoId, target, owner, ttlMs }: Required<LeaseOptions>): Promise<TargetLease | undefined> {
    const key = keyOf({ repoId, target })
    const row = this.#tables.leases.get(key)
    const now = this.#clock.now()
    if (row !== undefined && row.owner !== null && row.expiresAt > now) return undefined
    const taken = { epoch: (row?.epoch ?? 0) + 1, owner, expiresAt: now + ttlMs }
    this.#set(this.#tables.leases, key, taken)
    return { repoId, target, ...taken }
  }

  async releaseLease(lease: TargetLease): Promise<boolean> {
    const row = this.#tables.leases.get(keyOf(lease))
    if (row === undefined || row.epoch !== lease.epoch || row.owner !== lease.owner) return false
    this.#set(this.#tables.leases, keyOf(lease), { ...row, owner: null, expiresAt: 0 })
    return true
  }

  async insert(record: PatchRecord): Promise<void> {
    this.#set(this.#tables.patches, record.patch.patchId, record)
  }

  async lock(patchId: string): Promise<PatchRecord | undefined> {
    return this.#tables.patches.get(patchId)
  }

  async update(patchId: string, changes: PatchChanges): Promise<void> {
    const record = this.#tables.patches.get(patchId)
    if (record !== undefined) this.#set(this.#tables.patches, patchId, { ...record, ...changes })
  }

  #ready(target: TargetRef, limit: number): PatchRecord[] {
    return this.#of(target)
      .filter(({ status, patch }) => status === 'queued' && patch.dependsOn.every((id) => this.#hasLanded(id)))
      .sort((a, b) => a.line - b.line || a.rank - b.rank || a.seq - b.seq)
      .slice(0, limit)
  }

  #hasLanded(patchId: string): boolean {
    return this.#tables.patches.get(patchId)?.status === 'landed'
  }

  async inHand(target: TargetRef): Promise<PatchRecord[]> {
    return this.#of(target)
      .filter(({ status }) => status === 'staged' || status === 'checking')
      .sort((a, b) => a.seq - b.seq)
  }

  async dependants(patchId: string): Promise<PatchRecord[]> {
    return [...this.#tables.patches.values()]
      .filter(({ patch, status }) => !isSettled(status) && patch.dependsOn.some((id) => id === patchId))
      .sort((a, b) => a.seq - b.seq)
  }

  async statuses(target: TargetRef, patchIds: readonly string[]): Promise<Map<string, PatchStatus>> {
    return new Map(
      this.#of(target)
        .filter(({ patch }) => patchIds.includes(patch.patchId))
        .map(({ patch, status }) => [patch.patchId, status]),
    )
  }

  async append(draft: EventDraft, at: number): Promise<void> {
    this.#events.push({ draft, at })
  }

  async eraseContents(patchIds: readonly string[], at: number): Promise<void> {
    for (const patchId of patchIds) {
      const record = this.#tables.patches.get(patchId)
      if (record !== undefined)
        this.#set(this.#tables.patches, patchId, { ...record, patch: withoutContents(record.patch), erasedAt: at })
    }
  }

  async remove(patchIds: readonly string[]): Promise<number> {
    const needed = new Set<string>([...this.#tables.patches.values()].flatMap(({ patch }) => patch.dependsOn))
    const free = patchIds.filter((patchId) => !needed.has(patchId) && this.#tables.patches.has(patchId))
    for (const patchId of free) this.#delete(this.#tables.patches, patchId)
    return free.length
  }

  #of(target: TargetRef): PatchRecord[] {
    return [...this.#tables.patches.values()].filter(({ patch }) => keyOf(patch) === keyOf(target))
  }

  #set<T>(table: Map<string, T>, key: string, value: T): void {
    this.#remember(table, key)
    table.set(key, value)
  }

  #delete<T>(table: Map<string, T>, key: string): void {
    this.#remember(table, key)
    table.delete(key)
  }

  #remember<T>(table: Map<string, T>, key: string): void {
    const before = table.get(key)
    this.#undo.push(() => (before === undefined ? table.delete(key) : table.set(key, before)))
  }
}
