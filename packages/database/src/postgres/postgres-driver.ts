import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely'
import type { PgClientLike, PgPoolLike, PgResultLike, PgStatement } from './postgres-client.ts'
import { isConnectionProblem, isNameProblem, translatePostgresError } from './postgres-errors.ts'
import { StatementNames } from './statement-names.ts'

/** What a transaction may hold up, in milliseconds. */
export interface TransactionLimits {
  /** How long it waits for a lock. */
  lockWaitMs: number
  /** How long its client may say nothing: one that is frozen or cut off must not keep its locks. */
  transactionIdleMs: number
}

/**
 * Kysely's driver over any `pg` pool. It needs nothing of a session beyond its transaction, so it works through a pooler in
 * transaction mode; and it turns `bigint` into numbers by itself, so that a borrowed pool needs no type parsers.
 */
export class PostgresDriver implements Driver {
  readonly #pool: PgPoolLike
  readonly #end: () => Promise<void>
  readonly #begin: string
  readonly #names = new StatementNames()

  constructor(pool: PgPoolLike, end: () => Promise<void>, limits: TransactionLimits) {
    this.#pool = pool
    this.#end = end
    // In one trip, and for this transaction alone: a pooler may hand the session on.
    this.#begin = `begin; set local lock_timeout = ${Math.ceil(limits.lockWaitMs)}; set local idle_in_transaction_session_timeout = ${Math.ceil(limits.transactionIdleMs)}`
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    try {
      return new PostgresConnection(await this.#pool.connect(), this.#names)
    } catch (error) {
      throw translatePostgresError(error)
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof PostgresConnection) connection.release()
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(this.#begin))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  async destroy(): Promise<void> {
    await this.#end()
  }
}

const followers = new WeakMap<CompiledQuery, CompiledQuery>()

/**
 * Has a second statement sent right behind the first when that is run, in the same trip and in a transaction of its own. Only for a pool whose
 * clients do not wait for the answer to the one before (`pipeline`). Nobody hears how the second one ends.
 */
export function sendBehind(first: CompiledQuery, second: CompiledQuery): void {
  followers.set(first, second)
}

const BIGINT = 20

class PostgresConnection implements DatabaseConnection {
  readonly #client: PgClientLike
  readonly #names: StatementNames
  #inTransaction = false
  #lost = false

  constructor(client: PgClientLike, names: StatementNames) {
    this.#client = client
    this.#names = names
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    let result: PgResultLike
    try {
      result = await this.#query(query)
      if (query.sql.startsWith('begin')) this.#inTransaction = true
    } catch (error) {
      // A connection that failed in this way, or could not even roll back, must not go back to the pool.
      if (isConnectionProblem(error) || query.sql === 'rollback') this.#lost = true
      throw translatePostgresError(error)
    }
    // The server answers COMMIT of a failed transaction with ROLLBACK, and no error.
    if (query.sql === 'commit' && result.command === 'ROLLBACK')
      throw translatePostgresError(new Error('The transaction was rolled back by the server.'))
    return { numAffectedRows: BigInt(result.rowCount ?? 0), rows: rowsOf<R>(withNumbers(result)) }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query)
  }

  async #query(query: CompiledQuery): Promise<PgResultLike> {
    const statement = { text: query.sql, values: [...query.parameters] }
    // What has no parameters is not planned often, or, like `commit`, not at all.
    const name = query.parameters.length === 0 ? undefined : this.#names.of(query.sql)
    if (name === undefined) return this.#send(statement, followers.get(query))
    try {
      return await this.#send({ ...statement, name }, followers.get(query))
    } catch (error) {
      if (!isNameProblem(error)) throw error
      this.#names.giveUp()
      // The server has done nothing; a transaction that was open is spoiled, and run again by its owner.
      if (this.#inTransaction) throw error
      return this.#send(statement, followers.get(query))
    }
  }

  #send(statement: PgStatement, follower: CompiledQuery | undefined): Promise<PgResultLike> {
    const answer = this.#client.query(statement)
    if (follower === undefined) return answer
    this.#client.query({ text: follower.sql, values: [...follower.parameters] }).catch(() => {})
    return answer
  }

  release(): void {
    this.#client.release(this.#lost)
  }
}

function withNumbers(result: PgResultLike): unknown[] {
  const names = (result.fields ?? []).filter((field) => field.dataTypeID === BIGINT).map((field) => field.name)
  if (names.length === 0) return result.rows
  return result.rows.map((row) => {
    if (typeof row !== 'object' || row === null) return row
    const copy: Record<string, unknown> = { ...row }
    for (const name of names) {
      const value = copy[name]
      if (typeof value === 'string') copy[name] = Number(value)
    }
    return copy
  })
}

/** Kysely's query types say what a row looks like; the driver cannot check it. */
function rowsOf<R>(rows: unknown[]): R[]
function rowsOf(rows: unknown[]): unknown[] {
  return rows
}
