import { compactAfterErasure, type Database, EventLog, LeaseTable } from '@patchlane/database'
import type { PatchStatus, StoredEvent, TargetLease } from '@patchlane/kernel'
import { sql } from 'kysely'
import { toEntry } from '../apply-move.ts'
import type { ListOptions, QueueEntry, ReadQueueEventsOptions, TargetRef } from '../patch-queue.ts'
import type { ExpressLane, LineView, PatchStore, PatchTransaction, TargetRecord } from '../patch-store.ts'
import { loadRecords } from './load-records.ts'
import { PatchCache } from './patch-cache.ts'
import { lit, openStatuses, statusOf } from './patch-rows.ts'
import { PostgresExpress } from './postgres-express.ts'
import { lineReader } from './read-line.ts'
import { readTarget, SqlPatchTransaction } from './sql-patch-transaction.ts'

/** Patches in the tables of `@patchlane/database`. */
export class SqlPatchStore implements PatchStore {
  readonly #database: Database
  readonly #events: EventLog
  readonly #leases: LeaseTable
  readonly #cache = new PatchCache()
  readonly #readLine: ReturnType<typeof lineReader>
  readonly express?: ExpressLane | undefined

  constructor(database: Database, options: { pollMs?: number } = {}) {
    this.#database = database
    this.#events = new EventLog(database, options.pollMs === undefined ? {} : { pollMs: options.pollMs })
    this.#leases = new LeaseTable(database)
    this.#readLine = lineReader(database, this.#cache)
    // SQLite has no trips to save, and no statement that writes several tables.
    if (database.dialect === 'postgres') this.express = new PostgresExpress(database, this.#cache)
  }

  transaction<T>(work: (transaction: PatchTransaction) => Promise<T>): Promise<T> {
    const parts = { database: this.#database, events: this.#events, leases: this.#leases, cache: this.#cache }
    return this.#database.transaction((trx) => work(new SqlPatchTransaction({ ...parts, trx })))
  }

  line(lease: TargetLease, limit: number): Promise<LineView> {
    return this.#readLine(lease, limit)
  }

  renewLease(lease: TargetLease, ttlMs: number): Promise<TargetLease | undefined> {
    return this.#leases.renew(lease, ttlMs)
  }

  keepLease(lease: TargetLease, ttlMs: number, lost: (reason: unknown) => void): () => Promise<void> {
    return this.#database.leaseKeeper.keep(lease, ttlMs, lost)
  }

  leaseHolder(target: TargetRef): Promise<(TargetLease & { endsInMs: number }) | undefined> {
    return this.#leases.holder(target)
  }

  async get(patchId: string): Promise<QueueEntry | undefined> {
    const rows = await this.#database.db
      .selectFrom('patch_proposals')
      .selectAll()
      .where('patch_id', '=', patchId)
      .execute()
    const [record] = await loadRecords(this.#database.db, rows)
    return record === undefined ? undefined : toEntry(record)
  }

  async list(options: ListOptions): Promise<QueueEntry[]> {
    const { repoId, target, runId, idPrefix, afterSeq, limit = 100, latestFirst = false } = options
    const status = options.status === undefined ? undefined : [options.status].flat()
    const direction = latestFirst ? 'desc' : 'asc'
    let query = this.#database.db.selectFrom('patch_proposals').selectAll().limit(sql.lit(limit))
    if (repoId !== undefined) query = query.where('repo_id', '=', repoId)
    if (target !== undefined) query = query.where('target', '=', target)
    if (runId !== undefined) query = query.where('run_id', '=', runId)
    if (afterSeq !== undefined) query = query.where('seq', '>', afterSeq)
    // What is in no id is made into something else that is in none, and means nothing to LIKE.
    if (idPrefix !== undefined) query = query.where('patch_id', 'like', `${idPrefix.replaceAll(/[^0-9a-f-]/g, 'x')}%`)
    if (status !== undefined) query = query.where('status', 'in', status.map(lit))
    const ordered =
      target === undefined
        ? query.orderBy('created_at', direction).orderBy('seq', direction).orderBy('patch_id', direction)
        : query.orderBy('seq', direction).orderBy('repo_id')
    return (await loadRecords(this.#database.db, await ordered.execute())).map(toEntry)
  }

  target(target: TargetRef): Promise<TargetRecord | undefined> {
    return readTarget(this.#database.db, target)
  }

  async counts(target: TargetRef, which: 'open' | 'all'): Promise<Map<PatchStatus, number>> {
    const rows = await this.#database.db
      .selectFrom('patch_proposals')
      .select(['status', sql<number>`cast(count(*) as integer)`.as('count')])
      .where('repo_id', '=', target.repoId)
      .where('target', '=', target.target)
      .$if(which === 'open', (query) => query.where('status', 'in', openStatuses).where('settled_at', 'is', null))
      .groupBy('status')
      .execute()
    return new Map(rows.map((row) => [statusOf(row.status), row.count]))
  }

  async settledBefore(time: number, limit: number, withContents: boolean): Promise<string[]> {
    const rows = await this.#database.db
      .selectFrom('patch_proposals')
      .select('patch_id')
      .where('settled_at', '<', time)
      .$if(withContents, (query) => query.where('erased_at', 'is', null))
      .orderBy('settled_at')
      .orderBy('seq')
      .limit(limit)
      .execute()
    return rows.map((row) => row.patch_id)
  }

  events(options: ReadQueueEventsOptions): Promise<StoredEvent[]> {
    return this.#events.read(options)
  }

  follow(stream: string, after: number, signal?: AbortSignal): AsyncIterable<StoredEvent> {
    return this.#events.follow(stream, after, signal)
  }

  compact(): Promise<void> {
    return compactAfterErasure(this.#database)
  }

  /** The database is its owner's to close. */
  async close(): Promise<void> {}
}
