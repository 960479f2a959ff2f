import type { Database } from './database.ts'
import { DatabaseOptionsError } from './errors.ts'
import type { PostgresOptions } from './postgres/open-postgres.ts'
import type { SqliteOptions } from './sqlite/open-sqlite.ts'

export type OpenDatabaseOptions = SqliteOptions | (PostgresOptions & { url: string })

/** Opens a store by what is given: `file` for SQLite, `url` for Postgres. The driver is loaded only then. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  if ('file' in options) {
    const { openSqlite } = await import('./sqlite/open-sqlite.ts')
    return openSqlite(options)
  }
  if (!/^postgres(?:ql)?:/.test(options.url))
    throw new DatabaseOptionsError('The database URL does not begin with postgres:// or postgresql://.', {
      remedy: 'Set DATABASE_URL to a Postgres URL, or leave it empty to use a SQLite file.',
    })
  const { openPostgres } = await import('./postgres/open-postgres.ts')
  return openPostgres(options)
}
