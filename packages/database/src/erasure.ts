import { type Kysely, sql } from 'kysely'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

/**
 * Removes the contents of the files of patches, in the caller's transaction; that they existed, their paths, their digests and the
 * verdicts stay. SQLite overwrites the freed pages (`secure_delete`); call {@link compactAfterErasure} once it is committed.
 */
export async function eraseFileContents(trx: Kysely<Schema>, patchIds: readonly string[]): Promise<void> {
  if (patchIds.length === 0) return
  await trx
    .updateTable('patch_files')
    .set({ base_content: null, new_content: null })
    .where('patch_id', 'in', [...patchIds])
    .execute()
}

/** Empties SQLite's write-ahead log, which still holds the pages as they were. On Postgres VACUUM does it, by itself, later. */
export async function compactAfterErasure(database: Database): Promise<void> {
  if (database.dialect === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(database.db)
}
