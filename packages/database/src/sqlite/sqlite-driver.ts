import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely'
import type { FileLock } from './file-lock.ts'
import { isBusy, translateSqliteError } from './sqlite-errors.ts'

/** The part of a better-sqlite3 (or compatible) database we call. */
export interface SqliteLike {
  prepare(sql: string): SqliteStatementLike
  readonly inTransaction: boolean
  close(): void
}

export interface SqliteStatementLike {
  readonly reader: boolean
  all(...parameters: unknown[]): unknown[]
  run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint }
}

export interface SqliteDriverOptions {
  database: SqliteLike
  file: string
  /** Taken for the length of each transaction, so that handles of one process wait without blocking its event loop. */
  lock: FileLock
  /** How long to wait for another process's write lock, in milliseconds. */
  busyTimeoutMs: number
}

/** Kysely's driver over one connection; unlike Kysely's own, transactions are immediate and waiting for a lock is asynchronous. */
export class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection
  readonly #options: SqliteDriverOptions
  #unlock: (() => void) | undefined

  constructor(options: SqliteDriverOptions) {
    this.#options = options
    this.#connection = new SqliteConnection(options)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(): Promise<void> {
    const unlock = await this.#options.lock.acquire()
    try {
      await this.#connection.executeQuery(CompiledQuery.raw('begin immediate'))
      this.#connection.inTransaction = true
      this.#unlock = unlock
    } catch (error) {
      unlock()
      throw error
    }
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.executeQuery(CompiledQuery.raw('commit'))
    this.#end()
  }

  async rollbackTransaction(): Promise<void> {
    try {
      // A full disk makes SQLite take the transaction back by itself.
      if (this.#options.database.inTransaction) await this.#connection.executeQuery(CompiledQuery.raw('rollback'))
    } finally {
      this.#end()
    }
  }

  #end(): void {
    this.#connection.inTransaction = false
    this.#unlock?.()
    this.#unlock = undefined
  }

  async destroy(): Promise<void> {
    this.#connection.close()
  }
}

const STATEMENTS_KEPT = 256

class SqliteConnection implements DatabaseConnection {
  inTransaction = false
  readonly #options: SqliteDriverOptions
  readonly #statements = new Map<string, SqliteStatementLike>()

  constructor(options: SqliteDriverOptions) {
    this.#options = options
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const deadline = performance.now() + this.#options.busyTimeoutMs
    for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
      try {
        return this.#run<R>(query)
      } catch (error) {
        // Inside a transaction the lock is ours already: busy then means that waiting cannot help.
        if (this.inTransaction || !isBusy(error) || performance.now() > deadline)
          throw translateSqliteError(error, this.#options.file)
        await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random())))
      }
    }
  }

  #run<R>(query: CompiledQuery): QueryResult<R> {
    const statement = this.#prepare(query.sql)
    if (statement.reader) return { rows: rowsOf<R>(statement.all(...query.parameters)) }
    const { changes, lastInsertRowid } = statement.run(...query.parameters)
    return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] }
  }

  #prepare(sql: string): SqliteStatementLike {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#options.database.prepare(sql)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size >= STATEMENTS_KEPT && oldest !== undefined) this.#statements.delete(oldest)
    this.#statements.set(sql, statement)
    return statement
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    // All at once: an open cursor would keep the one connection busy while the reader works.
    yield await this.executeQuery<R>(query)
  }

  close(): void {
    this.#statements.clear()
    this.#options.database.close()
  }
}

/** Kysely's query types say what a row looks like; the driver cannot check it. */
function rowsOf<R>(rows: unknown[]): R[]
function rowsOf(rows: unknown[]): unknown[] {
  return rows
}
