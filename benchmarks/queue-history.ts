// Whether the queue stays as fast with a long history as when empty: the same calls on two stores, one without and one with the history, in
// turns, so that what else the machine does falls on both alike.
//
//   node --conditions=@patchlane/source benchmarks/queue-history.ts [patches] [events] [rounds]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '@patchlane/database'
import { startPostgres } from '@patchlane/database/testing'
import type { TargetLease } from '@patchlane/kernel'
import { patchFixture } from '@patchlane/kernel/testing'
import { patchStream } from '@patchlane/patch-queue'
import { SqlPatchQueue } from '@patchlane/patch-queue/sql'
import { sql } from 'kysely'

const patches = Number(process.argv[2] ?? 100_000)
const events = Number(process.argv[3] ?? 1_000_000)
const target = { repoId: 'repo', target: 'refs/heads/main' }
const rounds = Number(process.argv[4] ?? 200)

async function fill(database: Database, queue: SqlPatchQueue): Promise<void> {
  const { patch } = await queue.propose(patchFixture())
  const lease = await queue.lease({ ...target, owner: 'filler', ttlMs: 600_000 })
  if (lease === undefined) throw new TypeError('no lease')
  await queue.settle(lease, patch.patchId, { status: 'rejected', code: 'DONE', message: 'done' })
  const row = await database.db
    .selectFrom('patch_proposals')
    .selectAll()
    .where('patch_id', '=', patch.patchId)
    .executeTakeFirstOrThrow()
  const file = await database.db
    .selectFrom('patch_files')
    .selectAll()
    .where('patch_id', '=', patch.patchId)
    .executeTakeFirstOrThrow()
  const stream = patchStream(target)
  const { last_seq } = await database.db
    .selectFrom('event_streams')
    .select('last_seq')
    .where('stream', '=', stream)
    .executeTakeFirstOrThrow()
  const chunk = 500
  for (let start = 0; start < patches; start += chunk)
    await database.transaction(async (trx) => {
      const ids = Array.from({ length: chunk }, () => crypto.randomUUID())
      const document = (patch_id: string) => JSON.stringify({ ...JSON.parse(row.document), patchId: patch_id })
      await trx
        .insertInto('patch_proposals')
        .values(
          ids.map((patch_id, n) => ({ ...row, patch_id, document: document(patch_id), seq: row.seq + 1 + start + n })),
        )
        .execute()
      await trx
        .insertInto('patch_files')
        .values(ids.map((patch_id) => ({ ...file, patch_id })))
        .execute()
    })
  for (let start = 0; start < events; start += 2000)
    await database.db
      .insertInto('events')
      .values(
        Array.from({ length: 2000 }, (_, n) => ({
          ...{ stream, type: 'patch.queued', subject: patch.patchId, data: '{}', at: row.created_at },
          seq: last_seq + 1 + start + n,
        })),
      )
      .execute()
  await database.transaction(async (trx) => {
    await trx
      .updateTable('event_streams')
      .set({ last_seq: last_seq + events })
      .where('stream', '=', stream)
      .execute()
    await trx
      .updateTable('patch_targets')
      .set({ last_seq: row.seq + patches })
      .execute()
  })
  await queue.release(lease)
  // As Postgres does by itself; SQLite has statistics only where somebody asks for them, and this program does not.
  if (database.dialect === 'postgres') await sql`analyze`.execute(database.db)
}

/** One queue with what is timed on it. */
class Timed {
  readonly times = new Map<string, number[]>()
  readonly #queue: SqlPatchQueue
  readonly #lease: TargetLease

  constructor(queue: SqlPatchQueue, lease: TargetLease) {
    this.#queue = queue
    this.#lease = lease
  }

  static async on(database: Database): Promise<Timed> {
    const queue = new SqlPatchQueue(database)
    const lease = await queue.lease({ ...target, owner: 'measure', ttlMs: 3_600_000 })
    if (lease === undefined) throw new TypeError('no lease')
    return new Timed(queue, lease)
  }

  /** One patch on its whole way, and what people look at meanwhile. */
  async round(): Promise<void> {
    const { patch } = await this.#time('propose', () => this.#queue.propose(patchFixture()))
    await this.#time('claim', () => this.#queue.claim(this.#lease, 3))
    await this.#time('list queued', () => this.#queue.list({ ...target, status: 'queued' }))
    await this.#time('list latest 20', () => this.#queue.list({ latestFirst: true, limit: 20 }))
    await this.#time('list latest 20 landed', () =>
      this.#queue.list({ ...target, status: 'landed', latestFirst: true, limit: 20 }),
    )
    await this.#time('stage', () => this.#queue.move(this.#lease, patch.patchId, 'staged'))
    await this.#time('check', () => this.#queue.move(this.#lease, patch.patchId, 'checking'))
    const verdict = { status: 'landed', code: 'LANDED', message: 'landed' } as const
    await this.#time('land', () => this.#queue.settle(this.#lease, patch.patchId, verdict))
    await this.#time('state', () => this.#queue.state(target))
    const [latest] = await this.#time('read 20 events', () =>
      this.#queue.events({ stream: patchStream(target), after: this.#seen, limit: 20 }),
    )
    this.#seen = latest?.seq ?? this.#seen
  }

  #seen = 0

  async #time<T>(name: string, work: () => Promise<T>): Promise<T> {
    const begun = performance.now()
    const result = await work()
    this.times.set(name, [...(this.times.get(name) ?? []), performance.now() - begun])
    return result
  }
}

const median = (list: readonly number[] = []) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0

async function compare(name: string, open: (store: 'empty' | 'full') => Promise<Database>): Promise<void> {
  const databases = { empty: await open('empty'), full: await open('full') }
  await fill(databases.full, new SqlPatchQueue(databases.full))
  const timed = { empty: await Timed.on(databases.empty), full: await Timed.on(databases.full) }
  // Lists are as long on both, and plans are made, before anything counts.
  for (let round = 0; round < 25; round++) for (const one of Object.values(timed)) await one.round()
  for (const one of Object.values(timed)) one.times.clear()
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [timed.empty, timed.full] : [timed.full, timed.empty]
    for (const one of order) await one.round()
  }
  console.log(`${name}: median ms, without history and with ${patches} patches and ${events} events`)
  const rows = [...timed.empty.times].map(([call, times]) => {
    const [empty, full] = [median(times), median(timed.full.times.get(call))]
    return [
      call,
      { empty: Number(empty.toFixed(2)), full: Number(full.toFixed(2)), ratio: Number((full / empty).toFixed(2)) },
    ]
  })
  console.table(Object.fromEntries(rows))
  for (const database of Object.values(databases)) await database.close()
}

const directory = mkdtempSync(join(tmpdir(), 'patchlane-history-'))
const server = await startPostgres({ fsync: true })
try {
  await compare('SQLite', (store) => openDatabase({ file: join(directory, `${store}.db`) }))
  if (server !== undefined) await compare('Postgres', (schema) => openDatabase({ url: server.url, schema }))
} finally {
  await server?.stop()
  rmSync(directory, { recursive: true, force: true })
}
