// Whether the queue stays as fast with a long history as when empty: the same calls before and after, on one store.
//
//   node --conditions=@patchlane/source benchmarks/queue-history.ts [patches] [events]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '@patchlane/database'
import { startPostgres } from '@patchlane/database/testing'
import { patchFixture } from '@patchlane/kernel/testing'
import { patchStream } from '@patchlane/patch-queue'
import { SqlPatchQueue } from '@patchlane/patch-queue/sql'
import { sql } from 'kysely'

const patches = Number(process.argv[2] ?? 100_000)
const events = Number(process.argv[3] ?? 1_000_000)
const target = { repoId: 'repo', target: 'refs/heads/main' }
const rounds = 60

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
  await sql`analyze`.execute(database.db)
}

async function measure(queue: SqlPatchQueue): Promise<Record<string, number>> {
  const lease = await queue.lease({ ...target, owner: 'measure', ttlMs: 600_000 })
  if (lease === undefined) throw new TypeError('no lease')
  const times = new Map<string, number[]>()
  const time = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const begun = performance.now()
    const result = await work()
    times.set(name, [...(times.get(name) ?? []), performance.now() - begun])
    return result
  }
  for (let round = 0; round < rounds; round++) {
    const proposed = await time('propose', () => queue.propose(patchFixture()))
    await time('claim', () => queue.claim(lease, 3))
    await time('list queued', () => queue.list({ ...target, status: 'queued' }))
    await time('list latest 20', () => queue.list({ latestFirst: true, limit: 20 }))
    const verdict = { status: 'rejected', code: 'DONE', message: 'done' } as const
    await time('settle', () => queue.settle(lease, proposed.patch.patchId, verdict))
    await time('state', () => queue.state(target))
  }
  await queue.release(lease)
  const median = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0
  return Object.fromEntries([...times].map(([name, list]) => [name, Number(median(list).toFixed(2))]))
}

async function compare(name: string, database: Database): Promise<void> {
  const queue = new SqlPatchQueue(database)
  const empty = await measure(queue)
  await fill(database, queue)
  const full = await measure(queue)
  console.log(`${name}: median ms, empty and with ${patches} patches and ${events} events`)
  console.table(Object.fromEntries(Object.keys(empty).map((key) => [key, { empty: empty[key], full: full[key] }])))
  await database.close()
}

const directory = mkdtempSync(join(tmpdir(), 'patchlane-history-'))
const server = await startPostgres({ fsync: true })
try {
  await compare('SQLite', await openDatabase({ file: join(directory, 'queue.db') }))
  if (server !== undefined) await compare('Postgres', await openDatabase({ url: server.url }))
} finally {
  await server?.stop()
  rmSync(directory, { recursive: true, force: true })
}
