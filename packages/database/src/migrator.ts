import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from './database.ts'
import { SchemaOutdatedError, SchemaTooNewError } from './errors.ts'
import { migrations } from './migrations/index.ts'
import type { Schema } from './schema.ts'

/** The schema version this program knows. */
export const schemaVersion = migrations.reduce((highest, { version }) => Math.max(highest, version), 0)

/** What differs between engines when a schema is brought forward. */
export interface MigrationEngine {
  /** Makes processes that start together go one after the other. */
  lock(trx: Transaction<Schema>): Promise<void>
  isMissingTable(error: unknown): boolean
}

/** Brings the schema forward in one transaction, all or nothing: both engines have transactional DDL. */
export async function migrateSchema(database: Database, engine: MigrationEngine): Promise<void> {
  if ((await storedSchemaVersion(database.db, engine)) === schemaVersion) return
  await database.transaction(async (trx) => {
    await engine.lock(trx)
    await trx.schema
      .createTable('schema_migrations')
      .ifNotExists()
      .addColumn('version', 'integer', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute()
    const found = await appliedVersion(trx)
    if (found > schemaVersion) throw new SchemaTooNewError(found, schemaVersion)
    for (const migration of migrations) {
      if (migration.version <= found) continue
      await migration.up(trx, database.dialect)
      await trx
        .insertInto('schema_migrations')
        .values({ version: migration.version, name: migration.name, applied_at: await database.now(trx) })
        .execute()
    }
  })
}

/** @throws {SchemaTooNewError | SchemaOutdatedError} unless the store has exactly the schema of this program. */
export async function assertSchema(database: Database, engine: MigrationEngine): Promise<void> {
  const found = await storedSchemaVersion(database.db, engine)
  if (found > schemaVersion) throw new SchemaTooNewError(found, schemaVersion)
  if (found < schemaVersion) throw new SchemaOutdatedError(found, schemaVersion)
}

async function storedSchemaVersion(db: Kysely<Schema>, engine: MigrationEngine): Promise<number> {
  try {
    return await appliedVersion(db)
  } catch (error) {
    if (engine.isMissingTable(error)) return 0
    throw error
  }
}

async function appliedVersion(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('schema_migrations')
    .select(sql<number>`coalesce(max(version), 0)`.as('version'))
    .executeTakeFirst()
  return row?.version ?? 0
}
