import { randomUUID } from 'node:crypto'
import { sha256 } from '@patchlane/kernel'
import { sql } from 'kysely'
import { Pool } from 'pg'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase, type ParameterOf, schemaVersion } from '../src/index.ts'
import { openPostgres } from '../src/postgres/index.ts'
import {
  databaseContract,
  describeSchema,
  postgresHarness,
  startPostgres,
  wakeUpsContract,
} from '../src/testing/index.ts'

const server = await startPostgres()
const url = server?.url ?? ''
const stores = postgresHarness(url)
afterAll(async () => {
  await stores.dispose()
  await server?.stop()
})

describe.skipIf(server === undefined)('Postgres', () => {
  databaseContract({ it, expect }, stores)
  wakeUpsContract({ it, expect }, { open: async (namespace) => (await stores.open(namespace)).wakeUps })

  it('has the schema that was reviewed', async () => {
    const database = await openPostgres({ url, schema: 'reviewed' })
    await expect(await describeSchema(database, 'reviewed')).toMatchFileSnapshot('../schema/postgres.txt')
    await database.close()
  })

  it('refuses a store of a newer program', async () => {
    const namespace = randomUUID()
    const database = await stores.open(namespace)
    await database.db
      .insertInto('schema_migrations')
      .values({ version: schemaVersion + 1, name: 'later', applied_at: 0 })
      .execute()
    await expect(stores.open(namespace)).rejects.toMatchObject({ code: 'DATABASE_SCHEMA_TOO_NEW' })
  })

  it.each(['its own', 'a borrowed'])('tells who listens when a statement is committed, on %s pool', async (whose) => {
    const schema = `behind_${whose.replace(/\W/g, '_')}`
    const pool = new Pool({ connectionString: url })
    pool.on('connect', (client) => client.on('error', () => {}))
    pool.on('error', () => {})
    onTestFinished(() => pool.end())
    const one = await openPostgres(whose === 'its own' ? { url, schema } : { pool, schema })
    const two = await openPostgres({ url, schema })
    onTestFinished(() => Promise.all([one.close(), two.close()]).then(() => undefined))
    const insert = one.statement((value: ParameterOf<{ stream: string }>) =>
      one.db.insertInto('event_streams').values({ stream: value('stream'), last_seq: 0 }),
    )
    const streamsSeen = async () => (await two.db.selectFrom('event_streams').selectAll().execute()).length
    let woken = Promise.withResolvers<void>()
    two.wakeUps.listen('topic', () => woken.resolve())
    // Listening begins with a wake-up of its own.
    await woken.promise
    let here = 0
    one.wakeUps.listen('topic', () => here++)
    for (let n = 1; n <= 3; n++) {
      woken = Promise.withResolvers()
      await insert({ stream: `s${n}` }, 'topic')
      expect(here).toBeGreaterThanOrEqual(n)
      await woken.promise
      expect(await streamsSeen()).toBe(n)
    }
    // What fails tells its caller, and does no harm to the connection.
    await expect(insert({ stream: 's1' }, 'topic')).rejects.toThrow(/duplicate key/)
    await insert({ stream: 's4' }, 'topic')
    expect(await streamsSeen()).toBe(4)
  })

  it('works on a borrowed pool, without its type parsers, and leaves it open', async () => {
    const pool = new Pool({ connectionString: url })
    // The server may stop while its connections are still being closed.
    pool.on('connect', (client) => client.on('error', () => {}))
    pool.on('error', () => {})
    const database = await openPostgres({ pool, schema: 'borrowed' })
    expect(typeof (await database.now())).toBe('number')
    await database.close()
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await pool.end()
  })

  it('loses nothing and says so when the connection is cut in the middle of a transaction', async () => {
    const database = await stores.open(randomUUID())
    const other = await openDatabase({ url })
    const cut = database.transaction(async (trx) => {
      await trx.insertInto('event_streams').values({ stream: 'cut', last_seq: 1 }).execute()
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(other.db)
      await trx.insertInto('event_streams').values({ stream: 'after', last_seq: 1 }).execute()
    })
    await expect(cut).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true })
    await other.close()
    expect(await database.db.selectFrom('event_streams').selectAll().execute()).toEqual([])
  })

  it('runs the victim of a deadlock again', async () => {
    const database = await stores.open(randomUUID())
    await database.db
      .insertInto('event_streams')
      .values([
        { stream: 'a', last_seq: 0 },
        { stream: 'b', last_seq: 0 },
      ])
      .execute()
    const both = { a: Promise.withResolvers<void>(), b: Promise.withResolvers<void>() }
    const bump = (first: 'a' | 'b', second: 'a' | 'b') =>
      database.transaction(async (trx) => {
        for (const stream of [first, second]) {
          await trx
            .updateTable('event_streams')
            .set({ last_seq: sql<number>`last_seq + 1` })
            .where('stream', '=', stream)
            .execute()
          both[first].resolve()
          await both[second].promise
        }
      })
    await Promise.all([bump('a', 'b'), bump('b', 'a')])
    const rows = await database.db.selectFrom('event_streams').selectAll().orderBy('stream').execute()
    expect(rows.map((row) => row.last_seq)).toEqual([2, 2])
  })

  it('listens again after its connection was cut', async () => {
    const namespace = randomUUID()
    const [one, two] = [await stores.open(namespace), await stores.open(namespace)]
    let woken = 0
    const stop = two.wakeUps.listen('topic', () => {
      woken++
    })
    const until = async (condition: () => boolean) => {
      for (let n = 0; n < 400 && !condition(); n++) {
        one.wakeUps.notify('topic')
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      expect(condition()).toBe(true)
    }
    await until(() => woken > 2)
    const channel = `patchlane_${sha256(`test_${sha256(namespace).slice(0, 24)}`).slice(0, 16)}`
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where query = ${`listen "${channel}"`}`.execute(
      one.db,
    )
    const before = woken
    await until(() => woken > before + 2)
    stop()
  })

  it('takes the locks from a transaction whose client says nothing, and tells it so', async () => {
    const frozen = await openPostgres({ url, schema: 'idle', transactionIdleMs: 200 })
    const other = await openPostgres({ url, schema: 'idle' })
    const locked = Promise.withResolvers<void>()
    const write = (database: typeof frozen) =>
      database.db.insertInto('event_streams').values({ stream: 'one', last_seq: 1 }).execute()
    const silent = frozen.transaction(async (trx) => {
      await trx.insertInto('event_streams').values({ stream: 'one', last_seq: 7 }).execute()
      locked.resolve()
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await trx.insertInto('event_streams').values({ stream: 'two', last_seq: 7 }).execute()
    })
    const outcome = silent.catch((error: unknown) => error)
    await locked.promise
    await write(other)
    expect(await outcome).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true })
    expect(await frozen.db.selectFrom('event_streams').selectAll().execute()).toEqual([{ stream: 'one', last_seq: 1 }])
    await Promise.all([frozen.close(), other.close()])
  })

  it('says so when another transaction keeps a lock for long', async () => {
    const [one, two] = [
      await openPostgres({ url, schema: 'busy' }),
      await openPostgres({ url, schema: 'busy', lockWaitMs: 100 }),
    ]
    const write = (database: typeof one, after: () => Promise<void>) =>
      database.transaction(async (trx) => {
        await trx.insertInto('event_streams').values({ stream: 'one', last_seq: 1 }).execute()
        await after()
      })
    await write(one, async () => {
      await expect(write(two, async () => {})).rejects.toMatchObject({ code: 'DATABASE_BUSY', retryable: true })
    })
    await Promise.all([one.close(), two.close()])
  })

  it('goes on when a pooler has changed the server under a statement that it knows by name', async () => {
    const database = await openPostgres({ url, schema: 'names', maxConnections: 1 })
    const ask = () => database.db.selectFrom('event_streams').selectAll().where('stream', '=', 'none').execute()
    const named = async () => {
      const { rows } = await sql<{ n: number }>`
        select count(*)::integer as n from pg_prepared_statements where name like 'patchlane%'
      `.execute(database.db)
      return rows[0]?.n
    }
    const forget = () => sql`deallocate all`.execute(database.db)
    for (let n = 0; n < 6; n++) await ask()
    expect(await named()).toBe(1)
    await forget()
    await expect(ask()).resolves.toEqual([])
    for (let n = 0; n < 6; n++) await ask()
    expect(await named()).toBe(0)
    await database.close()
  })

  it('runs a transaction again in which a name was not known', async () => {
    const database = await openPostgres({ url, schema: 'names', maxConnections: 1 })
    let runs = 0
    const write = () =>
      database.transaction(async (trx) => {
        runs++
        await trx
          .insertInto('event_streams')
          .values({ stream: `s${runs}`, last_seq: 1 })
          .execute()
      })
    for (let n = 0; n < 6; n++) await write()
    await sql`deallocate all`.execute(database.db)
    await write()
    expect((await database.db.selectFrom('event_streams').selectAll().execute()).length).toBe(7)
    await database.close()
  })

  it('says that the server is away, without the password', async () => {
    const away = openDatabase({ url: 'postgres://user:secret@127.0.0.1:1/none', connectTimeoutMs: 100 })
    const error = await away.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true })
    expect(`${error}`).not.toContain('secret')
  })
})
