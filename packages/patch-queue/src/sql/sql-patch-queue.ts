import type { Database } from '@patchlane/database'
import { StoredPatchQueue, type StoredPatchQueueOptions } from '../stored-patch-queue.ts'
import { SqlPatchStore } from './sql-patch-store.ts'

export interface SqlPatchQueueOptions extends StoredPatchQueueOptions {
  /** How often a follower looks by itself, in case a wake-up was lost, in milliseconds. @default 1_000 */
  pollMs?: number
}

/** The queue on SQLite or Postgres. The database is borrowed: `close` leaves it open. */
export class SqlPatchQueue extends StoredPatchQueue {
  constructor(database: Database, options: SqlPatchQueueOptions = {}) {
    super(new SqlPatchStore(database, options), options)
  }
}
