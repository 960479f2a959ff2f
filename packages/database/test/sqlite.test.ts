import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteFile from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { eraseFileContents, openDatabase, type Schema, schemaVersion } from '../src/index.ts'
import { initial } from '../src/migrations/0001-initial.ts'
import { databaseContract, describeSchema, sqliteHarness, wakeUpsContract } from '../src/testing/index.ts'

const stores = sqliteHarness()
const directory = mkdtempSync(join(tmpdir(), 'patchlane-database-'))
afterAll(async () => {
  await stores.dispose()
  rmSync(directory, { recursive: true, force: true })
})

describe('SQLite', () => {
  databaseContract({ it, expect }, stores)
  wakeUpsContract({ it, expect }, { open: async (namespace) => (await stores.open(namespace)).wakeUps })

  it('has the schema that was reviewed', async () => {
    await expect(await describeSchema(await stores.open(randomUUID()))).toMatchFileSnapshot('../schema/sqlite.sql')
  })

  it('refuses a store of a newer program and leaves it alone', async () => {
    const file = join(directory, 'newer.db')
    const database = await openDatabase({ file })
    await database.db
      .insertInto('schema_migrations')
      .values({ version: schemaVersion + 1, name: 'later', applied_at: 0 })
      .execute()
    await database.close()
    for (const migrate of [true, false])
      await expect(openDatabase({ file, migrate })).rejects.toMatchObject({ code: 'DATABASE_SCHEMA_TOO_NEW' })
  })

  it('brings a store of the first release forward, with what is in it', async () => {
    const file = join(directory, 'first.db')
    const old = new Kysely<Schema>({ dialect: new SqliteDialect({ database: new SqliteFile(file) }) })
    await sql`create table schema_migrations (version integer primary key, name text, applied_at bigint)`.execute(old)
    await initial.up(old, 'sqlite')
    await old.insertInto('schema_migrations').values({ version: 1, name: 'initial', applied_at: 0 }).execute()
    for (const [idx, type] of ['json ~__pregel_push, 1', 'json'].entries())
      await sql`
        insert into checkpoint_writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type)
        values ('thread', '', 'checkpoint', 'task', ${idx}, 'channel', ${type})
      `.execute(old)
    await old.destroy()
    const database = await openDatabase({ file })
    const writes = database.db.selectFrom('checkpoint_writes').select(['type', 'task_path']).orderBy('idx')
    expect(await writes.execute()).toEqual([
      { type: 'json', task_path: '~__pregel_push, 1' },
      { type: 'json', task_path: '' },
    ])
    await database.close()
  })

  it('says that the disk is full, keeps nothing of that transaction, and goes on when there is room', async () => {
    const database = await openDatabase({ file: join(directory, 'full.db') })
    const write = (stream: string) =>
      database.transaction(async (trx) => {
        await trx.insertInto('event_streams').values({ stream, last_seq: 1 }).execute()
        for (let seq = 0; seq < 50; seq++)
          await trx
            .insertInto('events')
            .values({ stream, seq, type: 'test.made', subject: '', data: 'x'.repeat(4000), at: 0 })
            .execute()
      })
    await sql`pragma max_page_count = 1`.execute(database.db)
    await expect(write('one')).rejects.toMatchObject({
      code: 'DATABASE_FULL',
      remedy: expect.stringContaining('space'),
    })
    expect(await database.db.selectFrom('event_streams').selectAll().execute()).toEqual([])
    await sql`pragma max_page_count = 1000000`.execute(database.db)
    await write('two')
    expect(await database.db.selectFrom('event_streams').select('stream').execute()).toEqual([{ stream: 'two' }])
    await database.close()
  })

  it('refuses to work on an outdated store when told not to migrate', async () => {
    const file = join(directory, 'empty.db')
    await expect(openDatabase({ file, migrate: false })).rejects.toMatchObject({ code: 'DATABASE_SCHEMA_OUTDATED' })
  })

  it('says what to do about a file that is no database', async () => {
    const file = join(directory, 'text.db')
    writeFileSync(file, 'this is no database, but long enough to look like one\n'.repeat(100))
    await expect(openDatabase({ file })).rejects.toMatchObject({
      code: 'DATABASE_CORRUPT',
      remedy: expect.stringContaining(`${file}-wal`),
    })
    expect(readFileSync(file, 'utf8')).toContain('this is no database')
  })

  it('says what to do about damaged pages', async () => {
    const file = join(directory, 'damaged.db')
    const database = await openDatabase({ file })
    await database.db
      .insertInto('event_streams')
      .values(Array.from({ length: 400 }, (_, n) => ({ stream: `${n}`.repeat(50), last_seq: n })))
      .execute()
    await database.close()
    const bytes = readFileSync(file)
    bytes.fill(0xa5, 4096)
    writeFileSync(file, bytes)
    await expect(
      openDatabase({ file }).then((handle) => handle.db.selectFrom('event_streams').selectAll().execute()),
    ).rejects.toMatchObject({ code: 'DATABASE_CORRUPT' })
  })

  it('says which folder it cannot make', async () => {
    const inTheWay = join(directory, 'a-file')
    writeFileSync(inTheWay, '')
    await expect(openDatabase({ file: join(inTheWay, 'sub', 'patchlane.db') })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    })
  })

  it('refuses a URL of another engine without repeating it', async () => {
    const error = await openDatabase({ url: 'mysql://user:secret@host/db' }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'DATABASE_OPTIONS' })
    expect(String(error)).not.toContain('secret')
  })

  it('overwrites erased contents in the file', async () => {
    const file = join(directory, 'erased.db')
    const database = await openDatabase({ file })
    await database.transaction(async (trx) => {
      await trx
        .insertInto('patch_proposals')
        .values({
          ...{ patch_id: 'p', repo_id: 'r', target: 't', seq: 1, base_commit: 'c', author: 'a', title: '' },
          ...{ description: '', kind: 'change', priority: 0, status: 'landed', content_hash: '', document: '{}' },
          ...{ line: 2, rank: 0, created_at: 0, updated_at: 0 },
        })
        .execute()
      await trx
        .insertInto('patch_files')
        .values({ patch_id: 'p', ordinal: 0, path: 'x', change: 'create', new_content: Buffer.from('TOP-SECRET-TEXT') })
        .execute()
    })
    await database.transaction((trx) => eraseFileContents(trx, ['p']))
    await database.close()
    expect(readFileSync(file).includes('TOP-SECRET-TEXT')).toBe(false)
  })
})
