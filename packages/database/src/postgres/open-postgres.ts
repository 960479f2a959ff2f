import { errorMessage, PatchlaneError, sha256 } from '@patchlane/kernel'
import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql, type Transaction } from 'kysely'
import type { Database, SharedDatabaseOptions } from '../database.ts'
import { DatabaseDriverError, DatabaseOptionsError } from '../errors.ts'
import { PreparedStatement } from '../prepared-statement.ts'
import type { Schema } from '../schema.ts'
import { SqlDatabase } from '../sql-database.ts'
import type { PgListenerLike, PgPoolLike } from './postgres-client.ts'
import { PostgresDriver, sendBehind } from './postgres-driver.ts'
import { isPostgresRetryable, sqlStateOf } from './postgres-errors.ts'
import { PostgresWakeUps } from './postgres-wake-ups.ts'

export interface PostgresOptions extends SharedDatabaseOptions {
  /** A Postgres URL; may lead through a pooler in transaction mode. */
  url?: string
  /** Your own pool instead of `url`; borrowed, never closed here. */
  pool?: PgPoolLike
  /** For LISTEN: a URL past the pooler. Without `url` and `directUrl`, waiting readers poll. @default url */
  directUrl?: string
  /** The schema that holds the tables; made if missing. @default 'public' */
  schema?: string
  /** @default 10 */
  maxConnections?: number
  /** How long a transaction waits for a lock, in milliseconds. @default 10_000 */
  lockWaitMs?: number
  /** How long the server waits for the next statement of a transaction before it takes it back, in milliseconds. @default 4_000 */
  transactionIdleMs?: number
  /** How long to keep trying while the server is not there yet, in milliseconds. @default 5_000 */
  connectTimeoutMs?: number
}

const notify = new PreparedStatement<{ channel: string; topic: string }, unknown>(
  (value) => sql`select pg_notify(${value('channel')}, ${value('topic')})`,
)

/** Opens a Postgres database (12 or newer). */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const schema = options.schema ?? 'public'
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new DatabaseOptionsError(`${JSON.stringify(schema)} cannot be the name of a schema here.`, {
      remedy: 'Use lower-case letters, digits and underscores.',
    })
  const { pool, end } =
    options.pool === undefined ? await createPool(options) : { pool: options.pool, end: async () => {} }
  const listenUrl = options.directUrl ?? options.url
  const createListener = listenUrl === undefined ? undefined : await listenerFactory(listenUrl)
  const plain = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () =>
        new PostgresDriver(pool, end, {
          lockWaitMs: options.lockWaitMs ?? 10_000,
          transactionIdleMs: options.transactionIdleMs ?? 4000,
        }),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
  const database = new SqlDatabase({
    dialect: 'postgres',
    db: plain.withSchema(schema),
    schema,
    wakeUps:
      options.wakeUps ??
      new PostgresWakeUps({
        channel: `patchlane_${sha256(schema).slice(0, 16)}`,
        createListener,
        send: async (channel, topic) => {
          await plain.executeQuery(notify.fill(plain, { channel, topic }))
        },
        ...(options.pool === undefined
          ? { sendBehind: (statement, channel, topic) => sendBehind(statement, notify.fill(plain, { channel, topic })) }
          : {}),
      }),
    clock: options.clock,
    threadStore:
      options.url === undefined || options.clock !== undefined
        ? undefined
        : { url: options.directUrl ?? options.url, schema, maxConnections: 1 },
    isRetryable: isPostgresRetryable,
    migration: {
      lock: (trx) => lockMigrations(trx, schema),
      isMissingTable: (error) => ['42P01', '3F000'].includes(sqlStateOf(error)),
    },
  })
  await reach(database, options.connectTimeoutMs ?? 5000)
  return database.prepare(options.migrate ?? true)
}

async function lockMigrations(trx: Transaction<Schema>, schema: string): Promise<void> {
  const key = Number.parseInt(sha256(`patchlane:${schema}`).slice(0, 12), 16)
  await sql`select pg_advisory_xact_lock(${key})`.execute(trx)
  // Asked for only where missing: making one takes a right that the user of an existing schema need not have.
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(trx)
  if (rows.length === 0) await sql`create schema ${sql.id(schema)}`.execute(trx)
}

/** Waits with growing pauses for a server that is still starting. */
async function reach(database: Database, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (let wait = 50; ; wait = Math.min(wait * 2, 1000)) {
    try {
      await sql`select 1`.execute(database.db)
      return
    } catch (error) {
      if (!PatchlaneError.is(error) || !error.retryable || performance.now() + wait > deadline) {
        await database.close()
        throw error
      }
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
}

async function createPool(options: PostgresOptions): Promise<{ pool: PgPoolLike; end: () => Promise<void> }> {
  if (options.url === undefined)
    throw new DatabaseOptionsError('Neither a URL nor a pool was given for Postgres.', {
      remedy: 'Pass `url` or `pool`.',
    })
  const { Pool } = await loadDriver()
  const config = {
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5000,
    application_name: 'patchlane',
    keepAlive: true,
    // What is sent behind a statement goes in the same trip.
    pipeline: true,
  }
  const pool = new Pool(config)
  // Without a listener, a connection that the server drops while nobody uses it would end the process; the next query reports it.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return { pool, end: () => pool.end() }
}

async function listenerFactory(url: string): Promise<() => PgListenerLike> {
  const { Client } = await loadDriver()
  return () => new Client({ connectionString: url, application_name: 'patchlane listen', keepAlive: true })
}

async function loadDriver(): Promise<Pick<typeof import('pg'), 'Client' | 'Pool'>> {
  try {
    return (await import('pg')).default
  } catch (error) {
    throw new DatabaseDriverError(`The driver pg cannot be loaded: ${errorMessage(error)}.`, {
      cause: error,
      remedy: 'Install pg 8.23.1 or newer beside @patchlane/database.',
    })
  }
}
