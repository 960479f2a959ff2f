import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '@patchlane/kernel'
import { type CompiledQuery, type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { Database, Dialect } from './database.ts'
import { NestedTransactionError } from './errors.ts'
import type { LeaseKeeper } from './lease-keeper/lease-keeper.ts'
import { LeaseRenewals } from './lease-keeper/lease-renewals.ts'
import type { ThreadStore } from './lease-keeper/lease-thread-protocol.ts'
import { ThreadLeaseKeeper } from './lease-keeper/thread-lease-keeper.ts'
import { LeaseTable } from './lease-table.ts'
import { assertSchema, type MigrationEngine, migrateSchema } from './migrator.ts'
import { type Compilable, type ParameterOf, PreparedStatement } from './prepared-statement.ts'
import type { Schema } from './schema.ts'
import type { WakeUps } from './wake-ups.ts'

export interface SqlDatabaseParts {
  dialect: Dialect
  db: Kysely<Schema>
  wakeUps: WakeUps
  clock: Clock | undefined
  /** How a thread can open the same store; without it leases are renewed in this one. */
  threadStore?: ThreadStore | undefined
  /** The schema of the tables, where the engine has such. */
  schema?: string
  /** Whether running the transaction once more can help. */
  isRetryable(error: unknown): boolean
  migration: MigrationEngine
}

const ATTEMPTS = 5

/** The part of {@link Database} that is the same for both engines. */
export class SqlDatabase implements Database {
  readonly dialect: Dialect
  readonly db: Kysely<Schema>
  readonly wakeUps: WakeUps
  readonly table: Database['table']
  readonly leaseKeeper: LeaseKeeper
  readonly #parts: SqlDatabaseParts
  readonly #inside = new AsyncLocalStorage<true>()
  readonly #afterCommit = new WeakMap<Kysely<Schema>, (() => void)[]>()
  #closing: Promise<void> | undefined

  constructor(parts: SqlDatabaseParts) {
    this.dialect = parts.dialect
    this.db = parts.db
    this.wakeUps = parts.wakeUps
    this.table = (name) => (parts.schema === undefined ? sql.id(name) : sql.id(parts.schema, name))
    this.#parts = parts
    const local = new LeaseRenewals(new LeaseTable(this))
    const store = parts.threadStore
    this.leaseKeeper = store === undefined ? local : new ThreadLeaseKeeper({ store, local })
  }

  get clock(): RawBuilder<number> {
    const { clock } = this.#parts
    return clock === undefined ? clockOf(this.dialect) : sql<number>`cast(${clock.now()} as bigint)`
  }

  statement<Values extends object, Row>(
    build: (value: ParameterOf<Values>) => Compilable<Row>,
  ): (values: Values, topic?: string) => Promise<Row[]> {
    const kept = new PreparedStatement(build)
    // A clock that replaces the database's is a value of the moment in the text.
    const statement = () => (this.#parts.clock === undefined ? kept : new PreparedStatement(build))
    return async (values, topic) => {
      const query = statement().fill(this.db, values)
      const wake = topic === undefined ? undefined : this.#wakeAfter(query, topic)
      const { rows } = await this.db.executeQuery(query)
      wake?.()
      return rows
    }
  }

  #wakeAfter(query: CompiledQuery, topic: string): () => void {
    return this.wakeUps.notifyBehind?.(query, topic) ?? (() => this.wakeUps.notify(topic))
  }

  async now(executor: Kysely<Schema> = this.db): Promise<number> {
    if (this.#parts.clock !== undefined) return this.#parts.clock.now()
    const { rows } = await sql<{ now: number }>`select ${this.clock} as now`.execute(executor)
    return rows[0]?.now ?? Date.now()
  }

  async transaction<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
    if (this.#inside.getStore() === true) throw new NestedTransactionError()
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(work)
      } catch (error) {
        if (attempt >= ATTEMPTS || !this.#parts.isRetryable(error)) throw error
        await new Promise((resolve) => setTimeout(resolve, attempt * 5 * Math.random()))
      }
    }
  }

  async #once<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
    const actions: (() => void)[] = []
    const result = await this.db.transaction().execute((trx) => {
      this.#afterCommit.set(trx, actions)
      return this.#inside.run(true, () => work(trx))
    })
    for (const action of actions) action()
    return result
  }

  afterCommit(trx: Kysely<Schema>, action: () => void): boolean {
    const actions = this.#afterCommit.get(trx)
    actions?.push(action)
    return actions !== undefined
  }

  async migrate(): Promise<void> {
    await migrateSchema(this, this.#parts.migration)
  }

  /** Brings the schema forward, or only checks it; a handle that cannot be used is closed before the error is passed on. */
  async prepare(migrate: boolean): Promise<this> {
    try {
      if (migrate) await this.migrate()
      else await assertSchema(this, this.#parts.migration)
      return this
    } catch (error) {
      await this.close()
      throw error
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.leaseKeeper
      .close()
      .then(() => this.wakeUps.close())
      .then(() => this.db.destroy())
    return this.#closing
  }
}

function clockOf(dialect: Dialect): RawBuilder<number> {
  return dialect === 'sqlite'
    ? sql<number>`cast(round(unixepoch('subsec') * 1000) as integer)`
    : sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
}
