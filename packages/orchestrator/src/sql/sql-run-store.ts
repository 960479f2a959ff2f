import type { Database } from '@patchlane/database'
import { type RunId, runIdSchema } from '@patchlane/kernel'
import { z } from 'zod'
import type { RunClaim, RunRecord, RunStore } from '../ports/run-store.ts'

export interface SqlRunStoreOptions {
  /** Borrowed from the caller, never closed here. Has to be migrated. */
  database: Database
  /** Runs of other repositories in the same store are not seen. */
  repoId: string
}

const documentSchema = z.looseObject({ subtasks: z.number().int().nonnegative().default(0) })
const statusSchema = z.enum(['running', 'interrupted', 'finished', 'failed'])

/** The runs of a repository in SQLite or Postgres. Claims go by the database's clock. */
export class SqlRunStore implements RunStore {
  readonly #database: Database
  readonly #repoId: string

  constructor(options: SqlRunStoreOptions) {
    this.#database = options.database
    this.#repoId = options.repoId
  }

  async create(record: RunRecord, { holder, ttlMs }: RunClaim): Promise<boolean> {
    const now = await this.#database.now()
    const { numInsertedOrUpdatedRows = 0n } = await this.#database.db
      .insertInto('runs')
      .values({
        run_id: record.runId,
        repo_id: this.#repoId,
        target: record.target,
        task: record.title,
        status: record.status,
        document: JSON.stringify({ subtasks: record.subtasks }),
        owner: holder,
        heartbeat_at: now,
        expires_at: now + ttlMs,
        created_at: record.startedAt,
        updated_at: now,
        finished_at: record.endedAt,
      })
      .onConflict((conflict) => conflict.column('run_id').doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows > 0n
  }

  /** One statement, so that of two that claim at once one sees the other's claim. */
  async claim({ runId, holder, ttlMs, insteadOf = holder }: RunClaim): Promise<boolean> {
    const now = await this.#database.now()
    const { numUpdatedRows } = await this.#database.db
      .updateTable('runs')
      .set((set) => ({ owner: holder, heartbeat_at: now, expires_at: now + ttlMs, epoch: set('epoch', '+', 1) }))
      .where('run_id', '=', runId)
      .where('repo_id', '=', this.#repoId)
      .where((where) =>
        where.or([
          where('owner', 'is', null),
          where('owner', 'in', [holder, insteadOf]),
          where('expires_at', '<=', now),
        ]),
      )
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async holder(runId: RunId): Promise<string | null> {
    const now = await this.#database.now()
    const row = await this.#database.db
      .selectFrom('runs')
      .select('owner')
      .where('run_id', '=', runId)
      .where('repo_id', '=', this.#repoId)
      .where('expires_at', '>', now)
      .executeTakeFirst()
    return row?.owner ?? null
  }

  async update(runId: RunId, change: Parameters<RunStore['update']>[1]): Promise<void> {
    const updated_at = await this.#database.now()
    await this.#database.db
      .updateTable('runs')
      .set({
        updated_at,
        ...(change.title === undefined ? {} : { task: change.title }),
        ...(change.status === undefined ? {} : { status: change.status }),
        ...(change.subtasks === undefined ? {} : { document: JSON.stringify({ subtasks: change.subtasks }) }),
        ...(change.endedAt === undefined ? {} : { finished_at: change.endedAt }),
      })
      .where('run_id', '=', runId)
      .where('repo_id', '=', this.#repoId)
      .execute()
  }

  async release(runId: RunId, holder: string): Promise<void> {
    await this.#database.db
      .updateTable('runs')
      .set({ owner: null, expires_at: null })
      .where('run_id', '=', runId)
      .where('owner', '=', holder)
      .execute()
  }

  async remove(runId: RunId): Promise<void> {
    await this.#database.db.deleteFrom('runs').where('run_id', '=', runId).where('repo_id', '=', this.#repoId).execute()
  }

  async get(runId: RunId): Promise<RunRecord | undefined> {
    const row = await this.#select().where('run_id', '=', runId).executeTakeFirst()
    return row === undefined ? undefined : recordOf(row)
  }

  async list({ limit }: { limit?: number } = {}): Promise<RunRecord[]> {
    const query = this.#select().orderBy('created_at', 'desc').orderBy('run_id')
    const rows = await (limit === undefined ? query : query.limit(limit)).execute()
    return rows.map(recordOf)
  }

  #select() {
    return this.#database.db
      .selectFrom('runs')
      .select(['run_id', 'target', 'task', 'status', 'document', 'created_at', 'finished_at'])
      .where('repo_id', '=', this.#repoId)
  }
}

function recordOf(row: {
  run_id: string
  target: string
  task: string
  status: string
  document: string
  created_at: number
  finished_at: number | null
}): RunRecord {
  return {
    runId: runIdSchema.parse(row.run_id),
    target: row.target,
    title: row.task,
    status: statusSchema.parse(row.status),
    subtasks: documentSchema.parse(JSON.parse(row.document)).subtasks,
    startedAt: row.created_at,
    endedAt: row.finished_at,
  }
}
