import type { Kysely } from 'kysely'
import type { Dialect } from '../database.ts'
import type { Schema } from '../schema.ts'

/** One step forward. Migrations that were released are never edited; what is wrong with one is mended by the next. */
export interface Migration {
  version: number
  name: string
  up(db: Kysely<Schema>, dialect: Dialect): Promise<void>
}
