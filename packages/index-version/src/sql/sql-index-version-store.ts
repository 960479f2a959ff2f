import type { Database, Schema } from '@patchlane/database'
import type { IndexDigest, RepoId } from '@patchlane/kernel'
import { type Kysely, sql, type Updateable } from 'kysely'
import { IndexClaimLostError } from '../errors.ts'
import type { IndexVersion, IndexVersionKey, ReadyIndexVersion } from '../index-version.ts'
import type { BeginAnswer, IndexingClaim, IndexVersionStore } from '../index-version-store.ts'
import { type IndexVersionRow, toReadyVersion, toVersion } from './index-version-rows.ts'

/** Index versions on SQLite or Postgres. The database is borrowed: `close` leaves it open. */
export class SqlIndexVersionStore implements IndexVersionStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async begin(key: IndexVersionKey, wanted: { owner: string; ttlMs: number }): Promise<BeginAnswer> {
    const found = await this.#select(this.#database.db, key).executeTakeFirst()
    const ready = found === undefined ? undefined : toReadyVersion(found)
    if (ready !== undefined) return { state: 'ready', version: ready }
    for (;;) {
      const answer = await this.#database.transaction((trx) => this.#tryBegin(trx, key, wanted))
      // Undefined: another took this commit, or this number, between our look and our insert; the next look sees it.
      if (answer !== undefined) return answer
    }
  }

  async #tryBegin(
    trx: Kysely<Schema>,
    key: IndexVersionKey,
    { owner, ttlMs }: { owner: string; ttlMs: number },
  ): Promise<BeginAnswer | undefined> {
    const row = await this.#locked(trx, key).executeTakeFirst()
    const now = await this.#database.now(trx)
    const claim = { owner, claimed_until: now + ttlMs, status: 'indexing' }
    if (row === undefined) return this.#insert(trx, key, { ...claim, created_at: now })
    const version = toReadyVersion(row)
    if (version !== undefined) return { state: 'ready', version }
    const until = row.claimed_until ?? 0
    if (row.status === 'indexing' && until > now) return { state: 'busy', until }
    const fresh = { digest: null, file_count: null, duration_ms: null, error_message: null, indexed_at: null }
    const attempt = row.attempt + 1
    await this.#update(trx, row, { ...claim, ...fresh, attempt })
    return { state: 'claimed', claim: { key, versionId: row.version_id, attempt, owner } }
  }

  async #insert(
    trx: Kysely<Schema>,
    key: IndexVersionKey,
    columns: { owner: string; claimed_until: number; status: string; created_at: number },
  ): Promise<BeginAnswer | undefined> {
    const last = await trx
      .selectFrom('index_versions')
      .select(sql<number>`coalesce(max(version_id), 0)`.as('id'))
      .where('repo_id', '=', key.repoId)
      .executeTakeFirstOrThrow()
    const row = await trx
      .insertInto('index_versions')
      .values({
        repo_id: key.repoId,
        version_id: last.id + 1,
        git_commit: key.commit,
        indexer: key.indexer,
        attempt: 1,
        ...columns,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
    if (row === undefined) return undefined
    return { state: 'claimed', claim: { key, versionId: row.version_id, attempt: row.attempt, owner: columns.owner } }
  }

  async renew(claim: IndexingClaim, ttlMs: number): Promise<void> {
    await this.#held(claim, (now) => ({ claimed_until: now + ttlMs }))
  }

  async ready(
    claim: IndexingClaim,
    result: { digest: IndexDigest; fileCount: number; durationMs: number },
  ): Promise<ReadyIndexVersion> {
    const row = await this.#held(claim, (now) => ({
      status: 'ready',
      digest: result.digest,
      file_count: result.fileCount,
      duration_ms: Math.round(result.durationMs),
      error_message: null,
      indexed_at: now,
    }))
    return { ...toVersion(row), ...result, durationMs: Math.round(result.durationMs), status: 'ready' }
  }

  async fail(claim: IndexingClaim, failure: { message: string; durationMs: number }): Promise<void> {
    await this.#held(claim, (now) => ({
      status: 'failed',
      // Postgres has no NUL in text.
      error_message: failure.message.replaceAll('\0', '\uFFFD').toWellFormed(),
      duration_ms: Math.round(failure.durationMs),
      indexed_at: now,
    }))
  }

  async find(key: IndexVersionKey): Promise<IndexVersion | undefined> {
    const row = await this.#select(this.#database.db, key).executeTakeFirst()
    return row === undefined ? undefined : toVersion(row)
  }

  async list(repoId: RepoId, options: { limit?: number } = {}): Promise<IndexVersion[]> {
    const rows = await this.#database.db
      .selectFrom('index_versions')
      .selectAll()
      .where('repo_id', '=', repoId)
      .orderBy('version_id', 'desc')
      .limit(options.limit ?? 100)
      .execute()
    return rows.map(toVersion)
  }

  /** The database is its owner's to close. */
  async close(): Promise<void> {}

  /** Writes under a claim, if it still stands. An expired one that nobody took over does. */
  async #held(
    claim: IndexingClaim,
    changes: (now: number) => Updateable<Schema['index_versions']>,
  ): Promise<IndexVersionRow> {
    return this.#database.transaction(async (trx) => {
      const row = await this.#locked(trx, claim.key).executeTakeFirst()
      if (row === undefined || row.attempt !== claim.attempt || row.status !== 'indexing')
        throw new IndexClaimLostError(claim.key.commit, claim.attempt)
      return this.#update(trx, row, changes(await this.#database.now(trx)))
    })
  }

  #update(
    trx: Kysely<Schema>,
    row: Pick<IndexVersionRow, 'repo_id' | 'version_id'>,
    changes: Updateable<Schema['index_versions']>,
  ): Promise<IndexVersionRow> {
    return trx
      .updateTable('index_versions')
      .set(changes)
      .where('repo_id', '=', row.repo_id)
      .where('version_id', '=', row.version_id)
      .returningAll()
      .executeTakeFirstOrThrow()
  }

  #locked(trx: Kysely<Schema>, key: IndexVersionKey) {
    return this.#select(trx, key).$if(this.#database.dialect === 'postgres', (query) => query.forUpdate())
  }

  #select(db: Kysely<Schema>, key: IndexVersionKey) {
    return db
      .selectFrom('index_versions')
      .selectAll()
      .where('repo_id', '=', key.repoId)
      .where('git_commit', '=', key.commit)
      .where('indexer', '=', key.indexer)
  }
}
