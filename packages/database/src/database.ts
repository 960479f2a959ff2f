import type { Clock } from '@patchlane/kernel'
import type { Kysely, RawBuilder, Transaction } from 'kysely'
import type { LeaseKeeper } from './lease-keeper/lease-keeper.ts'
import type { Compilable, ParameterOf } from './prepared-statement.ts'
import type { Schema } from './schema.ts'
import type { WakeUps } from './wake-ups.ts'

export type Dialect = 'sqlite' | 'postgres'

/**
 * One handle on a store, the same over SQLite and Postgres.
 *
 * Every adapter guarantees:
 * - `transaction` is atomic and durable: once it resolves, a power cut does not undo it;
 * - two transactions that write the same row, from any two processes, come one after the other;
 * - driver errors arrive as `PatchlaneError`s with the driver's error as `cause`.
 */
export interface Database {
  readonly dialect: Dialect
  /** For reads, and for single statements. On SQLite it waits while this handle's transaction is open: inside one, use what the callback got. */
  readonly db: Kysely<Schema>
  readonly wakeUps: WakeUps
  /** Keeps leases alive; from a thread of its own, where this handle can open a second connection. */
  readonly leaseKeeper: LeaseKeeper
  /** The time on the database's clock as an expression, for a query that needs it beside something else. */
  readonly clock: RawBuilder<number>
  /** The name of a table as it must stand in hand-written SQL, with its schema. */
  table(name: keyof Schema): RawBuilder<unknown>
  /**
   * A statement for a hot path: built and written out as SQL once, outside of transactions, and run with other values each time. What `build` decides, it
   * decides for good. With a topic, those who listen to it are told as soon as the statement is committed, whether or not it did anything.
   */
  statement<Values extends object, Row>(
    build: (value: ParameterOf<Values>) => Compilable<Row>,
  ): (values: Values, topic?: string) => Promise<Row[]>
  /** The time on the database's clock, UTC in milliseconds: one clock for all machines that share the store. */
  now(executor?: Kysely<Schema>): Promise<number>
  /**
   * On SQLite it takes the write lock at once (`BEGIN IMMEDIATE`), so it never fails half way for want of it. On Postgres it is
   * READ COMMITTED and is run again, a few times, when the server picked it as the victim of a deadlock: `work` must have no
   * effects outside.
   */
  transaction<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T>
  /** Runs `action` once `trx` is committed, and never if it is not. False if this handle did not start `trx`: then nothing is done. */
  afterCommit(trx: Kysely<Schema>, action: () => void): boolean
  /** Brings the schema forward. Safe to call by many processes at once. @throws {SchemaTooNewError} */
  migrate(): Promise<void>
  /** Closes only what this handle opened. Safe to call twice. */
  close(): Promise<void>
}

export interface SharedDatabaseOptions {
  /** False refuses an outdated schema instead of migrating it. @default true */
  migrate?: boolean
  /** Instead of the engine's own; closed with the handle. */
  wakeUps?: WakeUps
  /** Replaces the database's clock; for tests. */
  clock?: Clock
}
