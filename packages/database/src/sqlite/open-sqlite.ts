import { mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { errorMessage } from '@patchlane/kernel'
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { Database, SharedDatabaseOptions } from '../database.ts'
import { DatabaseDriverError, DatabaseUnavailableError } from '../errors.ts'
import type { Schema } from '../schema.ts'
import { SqlDatabase } from '../sql-database.ts'
import { FileLock } from './file-lock.ts'
import { SqliteDriver } from './sqlite-driver.ts'
import { translateSqliteError } from './sqlite-errors.ts'
import { SqliteWakeUps } from './sqlite-wake-ups.ts'

export interface SqliteOptions extends SharedDatabaseOptions {
  /** Made with its folder if missing; `:memory:` for one that dies with the handle. */
  file: string
  /** How long to wait while another process writes, in milliseconds. @default 10_000 */
  busyTimeoutMs?: number
  /**
   * `FULL` syncs each commit, so that it survives a power cut; `NORMAL` survives a crash of the process, and may lose the last
   * commits with the power. @default 'FULL'
   */
  synchronous?: 'FULL' | 'NORMAL'
}

/** Opens a SQLite file: write-ahead log, foreign keys, deleted content overwritten. Safe with several processes at once. */
export async function openSqlite(options: SqliteOptions): Promise<Database> {
  const { file, isMemory } = locate(options.file)
  const Driver = await loadDriver()
  try {
    const connection = new Driver(file)
    try {
      connection.pragma(`busy_timeout = ${options.busyTimeoutMs ?? 10_000}`)
      connection.pragma('journal_mode = WAL')
      // From here on short, as it blocks the event loop; the long wait is the driver's, and asynchronous.
      connection.pragma('busy_timeout = 20')
      connection.pragma(`synchronous = ${options.synchronous ?? 'FULL'}`)
      connection.pragma('foreign_keys = ON')
      connection.pragma('secure_delete = ON')
    } catch (error) {
      connection.close()
      throw error
    }
    return await wrap(connection, file, isMemory, options)
  } catch (error) {
    throw translateSqliteError(error, file)
  }
}

type Connection = import('better-sqlite3').Database

async function wrap(
  connection: Connection,
  file: string,
  isMemory: boolean,
  options: SqliteOptions,
): Promise<Database> {
  const dataVersion = connection.prepare('pragma data_version').pluck()
  const database = new SqlDatabase({
    dialect: 'sqlite',
    db: new Kysely<Schema>({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () =>
          new SqliteDriver({
            database: connection,
            file,
            lock: isMemory ? new FileLock() : FileLock.of(file),
            busyTimeoutMs: options.busyTimeoutMs ?? 10_000,
          }),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    }),
    wakeUps:
      options.wakeUps ??
      new SqliteWakeUps(isMemory ? undefined : file, () => (connection.open ? dataVersion.get() : undefined)),
    clock: options.clock,
    // Not synced: a renewal that a power cut undoes only lets the lease run out earlier.
    threadStore: isMemory || options.clock !== undefined ? undefined : { file, synchronous: 'NORMAL' },
    isRetryable: () => false,
    migration: {
      lock: async () => {},
      isMissingTable: (error) => errorMessage(error).includes('no such table'),
    },
  })
  return database.prepare(options.migrate ?? true)
}

/** The real path, so that two handles on one file know each other whatever way they came. */
function locate(file: string): { file: string; isMemory: boolean } {
  if (file === ':memory:') return { file, isMemory: true }
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    return { file: join(realpathSync(dirname(file)), basename(file)), isMemory: false }
  } catch (error) {
    throw new DatabaseUnavailableError(`The folder of ${file} cannot be made: ${errorMessage(error)}.`, {
      cause: error,
      remedy: 'Choose a folder that this user may write.',
    })
  }
}

async function loadDriver(): Promise<typeof import('better-sqlite3')> {
  // On an older Node its binary ends the process instead of failing to load.
  if (Number.parseInt(process.versions.node, 10) < 22)
    throw new DatabaseDriverError(`better-sqlite3 needs Node 22 or newer; this is ${process.versions.node}.`, {
      remedy: 'Run Patchlane with Node 22 or newer.',
    })
  try {
    return (await import('better-sqlite3')).default
  } catch (error) {
    throw new DatabaseDriverError(`The driver better-sqlite3 cannot be loaded: ${errorMessage(error)}.`, {
      cause: error,
      remedy: 'Install better-sqlite3 13.2.0 or newer beside @patchlane/database.',
    })
  }
}
