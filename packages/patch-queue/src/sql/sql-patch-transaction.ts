import { type Database, type EventLog, eraseFileContents, type LeaseTable, type Schema } from '@patchlane/database'
import type { EventDraft, PatchStatus, TargetLease } from '@patchlane/kernel'
import type { Kysely, Transaction } from 'kysely'
import type { LeaseOptions, TargetRef } from '../patch-queue.ts'
import type { LeaseStanding, PatchChanges, PatchRecord, PatchTransaction, TargetRecord } from '../patch-store.ts'
import { CHUNK, loadRecords } from './load-records.ts'
import type { PatchCache } from './patch-cache.ts'
import { changedColumns, fileRows, inHandStatuses, modeOf, proposalRow, statusOf } from './patch-rows.ts'

export interface SqlPatchTransactionParts {
  trx: Transaction<Schema>
  database: Database
  events: EventLog
  leases: LeaseTable
  cache: PatchCache
}

/** Rows locked by `for update` on Postgres; on SQLite the transaction holds the only write lock there is. */
export class SqlPatchTransaction implements PatchTransaction {
  readonly #parts: SqlPatchTransactionParts
  readonly #trx: Transaction<Schema>
  /** Taken along by the first query that locks something: each trip to the server counts. */
  #now: number | undefined

  constructor(parts: SqlPatchTransactionParts) {
    this.#parts = parts
    this.#trx = parts.trx
  }

  async now(): Promise<number> {
    this.#now ??= await this.#parts.database.now(this.#trx)
    return this.#now
  }

  async lockTarget({ repoId, target }: TargetRef): Promise<TargetRecord> {
    const row = await this.#trx
      .insertInto('patch_targets')
      .values({ repo_id: repoId, target, last_seq: 0, last_at: 0 })
      // Writing a value that it has locks the row and returns it, in one statement.
      .onConflict((conflict) => conflict.columns(['repo_id', 'target']).doUpdateSet({ repo_id: repoId }))
      .returningAll()
      .returning(this.#parts.database.clock.as('now'))
      .executeTakeFirstOrThrow()
    this.#now = row.now
    return { lastSeq: row.last_seq, mode: modeOf(row.mode), lastAt: row.last_at }
  }

  async saveTarget(target: TargetRef, record: TargetRecord): Promise<void> {
    await this.#trx
      .updateTable('patch_targets')
      .set({ last_seq: record.lastSeq, mode: record.mode, last_at: record.lastAt })
      .where('repo_id', '=', target.repoId)
      .where('target', '=', target.target)
      .execute()
  }

  async checkLease(lease: TargetLease): Promise<LeaseStanding> {
    const standing = await this.#parts.leases.check(this.#trx, lease)
    if (standing.held) this.#now = standing.now
    return standing
  }

  acquireLease({ repoId, target, owner, ttlMs }: Required<LeaseOptions>): Promise<TargetLease | undefined> {
    return this.#parts.leases.acquire({ repoId, target }, owner, ttlMs, this.#trx)
  }

  releaseLease(lease: TargetLease): Promise<boolean> {
    return this.#parts.leases.release(lease, this.#trx)
  }

  async insert(record: PatchRecord): Promise<void> {
    const { patch } = record
    const row = { ...proposalRow(record), ...(await this.#versions(record)) }
    const files = fileRows(patch)
    const first = files.slice(0, CHUNK)
    if (this.#parts.database.dialect === 'postgres')
      await this.#trx
        .with('proposal', (db) => db.insertInto('patch_proposals').values(row))
        .insertInto('patch_files')
        .values(first)
        .execute()
    else {
      await this.#trx.insertInto('patch_proposals').values(row).execute()
      await this.#trx.insertInto('patch_files').values(first).execute()
    }
    for (let start = CHUNK; start < files.length; start += CHUNK)
      await this.#trx
        .insertInto('patch_files')
        .values(files.slice(start, start + CHUNK))
        .execute()
    const dependencies = [...new Set(patch.dependsOn)]
    if (dependencies.length > 0)
      await this.#trx
        .insertInto('patch_dependencies')
        .values(dependencies.map((depends_on) => ({ patch_id: patch.patchId, depends_on })))
        .execute()
  }

  /** Where this store knows the versions in the stamp; without an index, nowhere. */
  async #versions({ patch }: PatchRecord): Promise<{ base_version_id?: number; index_version_id?: number }> {
    const { repoId, commit, indexVersion } = patch.base
    if (indexVersion === null) return {}
    const rows = await this.#trx
      .selectFrom('index_versions')
      .select(['version_id', 'git_commit', 'digest'])
      .where('repo_id', '=', repoId)
      .where((is) => is.or([is('git_commit', '=', commit), is('digest', '=', indexVersion)]))
      .execute()
    const exact = rows.find((row) => row.digest === indexVersion)
    const base = rows.find((row) => row.git_commit === commit)
    return {
      ...(base === undefined ? {} : { base_version_id: base.version_id }),
      ...(exact === undefined ? {} : { index_version_id: exact.version_id }),
    }
  }

  async lock(patchId: string): Promise<PatchRecord | undefined> {
    const rows = await this.#proposals().where('patch_id', '=', patchId).execute()
    return (await loadRecords(this.#trx, rows, { cache: this.#parts.cache }))[0]
  }

  async update(patchId: string, changes: PatchChanges): Promise<void> {
    await this.#trx
      .updateTable('patch_proposals')
      .set(changedColumns(changes))
      .where('patch_id', '=', patchId)
      .execute()
  }

  async inHand({ repoId, target }: TargetRef): Promise<PatchRecord[]> {
    const rows = await this.#proposals()
      .where('repo_id', '=', repoId)
      .where('target', '=', target)
      .where('status', 'in', inHandStatuses)
      .where('settled_at', 'is', null)
      .orderBy('seq')
      .execute()
    return loadRecords(this.#trx, rows, { cache: this.#parts.cache })
  }

  async dependants(patchId: string): Promise<PatchRecord[]> {
    const rows = await this.#proposals()
      .where('patch_id', 'in', ({ selectFrom }) =>
        selectFrom('patch_dependencies').select('patch_id').where('depends_on', '=', patchId),
      )
      .where('settled_at', 'is', null)
      .orderBy('seq')
      .execute()
    return loadRecords(this.#trx, rows, { cache: this.#parts.cache })
  }

  async statuses(target: TargetRef, patchIds: readonly string[]): Promise<Map<string, PatchStatus>> {
    // Locked, so that a dependency cannot fail between this look and the insert that relies on it.
    const rows = await this.#trx
      .selectFrom('patch_proposals')
      .select(['patch_id', 'status'])
      .where('patch_id', 'in', [...patchIds])
      .where('repo_id', '=', target.repoId)
      .where('target', '=', target.target)
      .orderBy('patch_id')
      .$if(this.#parts.database.dialect === 'postgres', (query) => query.forUpdate())
      .execute()
    return new Map(rows.map((row) => [row.patch_id, statusOf(row.status)]))
  }

  async append(event: EventDraft, at: number): Promise<void> {
    await this.#parts.events.append(this.#trx, [event], at)
  }

  async eraseContents(patchIds: readonly string[], at: number): Promise<void> {
    this.#parts.cache.forget(patchIds)
    await eraseFileContents(this.#trx, patchIds)
    await this.#trx
      .updateTable('patch_proposals')
      .set({ erased_at: at })
      .where('patch_id', 'in', [...patchIds])
      .execute()
  }

  async remove(patchIds: readonly string[]): Promise<number> {
    this.#parts.cache.forget(patchIds)
    const result = await this.#trx
      .deleteFrom('patch_proposals')
      .where('patch_id', 'in', [...patchIds])
      .where('patch_id', 'not in', ({ selectFrom }) => selectFrom('patch_dependencies').select('depends_on'))
      .executeTakeFirst()
    return Number(result.numDeletedRows)
  }

  #proposals() {
    return this.#trx
      .selectFrom('patch_proposals')
      .selectAll()
      .$if(this.#parts.database.dialect === 'postgres', (query) => query.forUpdate())
  }
}

/** The row of a target, without a lock. */
export async function readTarget(db: Kysely<Schema>, { repoId, target }: TargetRef): Promise<TargetRecord | undefined> {
  const row = await db
    .selectFrom('patch_targets')
    .selectAll()
    .where('repo_id', '=', repoId)
    .where('target', '=', target)
    .executeTakeFirst()
  return row === undefined ? undefined : { lastSeq: row.last_seq, mode: modeOf(row.mode), lastAt: row.last_at }
}
