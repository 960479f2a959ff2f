import type { Database, Schema } from '@patchlane/database'
import { objectIdSchema, workspaceIdSchema } from '@patchlane/kernel'
import { processIdentitySchema } from '@patchlane/process'
import { type Insertable, type Kysely, type Selectable, sql, type Updateable } from 'kysely'
import { z } from 'zod'
import { type WorkspaceChange, type WorkspaceRecord, workspaceStatuses } from '../workspace-record.ts'
import type { WorkspaceStore } from '../workspace-store.ts'

type Row = Selectable<Schema['workspaces']>

const documentSchema = z.object({
  home: z.string(),
  children: z.array(processIdentitySchema),
  sizeBytes: z.number().nullable(),
})

/** Workspaces in SQLite or Postgres, through a database handle of the caller's, which is never closed here. */
export class SqlWorkspaceStore implements WorkspaceStore {
  readonly #database: Database

  constructor(options: { database: Database }) {
    this.#database = options.database
  }

  now(): Promise<number> {
    return this.#database.now()
  }

  insert(record: WorkspaceRecord, max: number): Promise<boolean> {
    return this.#database.transaction(async (trx) => {
      // SQLite has one writer at a time; on Postgres the count has to be kept still until the row is in.
      if (this.#database.dialect === 'postgres')
        await sql`select pg_advisory_xact_lock(hashtext(${`workspaces ${record.repoId}`}))`.execute(trx)
      const siblings = (await this.#rows(trx, record.repoId)).filter(({ home }) => home === record.home)
      if (siblings.length >= max) return false
      const inserted = await trx
        .insertInto('workspaces')
        .values(toRow(record))
        .onConflict((conflict) => conflict.column('workspace_id').doNothing())
        .executeTakeFirst()
      return Number(inserted.numInsertedOrUpdatedRows ?? 0) > 0
    })
  }

  update(id: string, epoch: number, change: WorkspaceChange): Promise<WorkspaceRecord | undefined> {
    return this.#database.transaction(async (trx) => {
      const row = await trx
        .selectFrom('workspaces')
        .selectAll()
        .where('workspace_id', '=', id)
        .where('epoch', '=', epoch)
        .$if(this.#database.dialect === 'postgres', (query) => query.forUpdate())
        .executeTakeFirst()
      if (row === undefined) return undefined
      const changed = { ...fromRow(row), ...change }
      const { workspace_id, ...values } = toRow(changed)
      await trx
        .updateTable('workspaces')
        .set(values satisfies Updateable<Schema['workspaces']>)
        .where('workspace_id', '=', workspace_id)
        .execute()
      return changed
    })
  }

  async remove(id: string, epoch: number): Promise<boolean> {
    const result = await this.#database.db
      .deleteFrom('workspaces')
      .where('workspace_id', '=', id)
      .where('epoch', '=', epoch)
      .executeTakeFirst()
    return result.numDeletedRows > 0n
  }

  async get(id: string): Promise<WorkspaceRecord | undefined> {
    const row = await this.#database.db
      .selectFrom('workspaces')
      .selectAll()
      .where('workspace_id', '=', id)
      .executeTakeFirst()
    return row === undefined ? undefined : fromRow(row)
  }

  list(repoId: string): Promise<WorkspaceRecord[]> {
    return this.#rows(this.#database.db, repoId)
  }

  async close(): Promise<void> {}

  async #rows(executor: Kysely<Schema>, repoId: string): Promise<WorkspaceRecord[]> {
    const rows = await executor
      .selectFrom('workspaces')
      .selectAll()
      .where('repo_id', '=', repoId)
      .orderBy('created_at')
      .execute()
    return rows.map(fromRow)
  }
}

function toRow(record: WorkspaceRecord): Insertable<Schema['workspaces']> {
  const { home, children, sizeBytes } = record
  return {
    workspace_id: record.id,
    repo_id: record.repoId,
    directory: record.directory,
    status: record.status,
    git_commit: record.commit,
    holder: record.holder,
    holder_pid: record.process?.pid ?? null,
    holder_started: record.process?.startTime ?? null,
    holder_boot: record.process?.bootId ?? null,
    children: children.length,
    epoch: record.epoch,
    created_at: record.createdAt,
    leased_at: record.leasedAt,
    heartbeat_at: record.heartbeatAt,
    expires_at: record.expiresAt,
    rescue_ref: record.rescueRef,
    document: JSON.stringify({ home, children, sizeBytes } satisfies z.infer<typeof documentSchema>),
  }
}

function fromRow(row: Row): WorkspaceRecord {
  const { holder_pid: pid, holder_started: startTime, holder_boot: bootId } = row
  return {
    ...documentSchema.parse(JSON.parse(row.document)),
    id: workspaceIdSchema.parse(row.workspace_id),
    repoId: row.repo_id,
    directory: row.directory,
    status: z.enum(workspaceStatuses).parse(row.status),
    commit: row.git_commit === null ? null : objectIdSchema.parse(row.git_commit),
    holder: row.holder,
    process: pid === null || startTime === null || bootId === null ? null : { pid, startTime, bootId },
    epoch: row.epoch,
    createdAt: row.created_at,
    leasedAt: row.leased_at,
    heartbeatAt: row.heartbeat_at,
    expiresAt: row.expires_at,
    rescueRef: row.rescue_ref,
  }
}
