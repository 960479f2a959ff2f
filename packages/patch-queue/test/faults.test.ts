import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Database, type OpenDatabaseOptions, openDatabase } from '@patchlane/database'
import { startPostgres } from '@patchlane/database/testing'
import type { TargetLease } from '@patchlane/kernel'
import { patchFixture } from '@patchlane/kernel/testing'
import { Pool } from 'pg'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { SqlPatchQueue } from '../src/sql/index.ts'
import { QueueProcess } from './faults/processes.ts'
import { runChaos } from './faults/run-chaos.ts'

const target = { repoId: 'repo', target: 'refs/heads/main' }
const landed = { status: 'landed', code: 'LANDED', message: 'landed' } as const
const seed = Number(process.env.PATCHLANE_TEST_SEED ?? 20261122)

const directory = mkdtempSync(join(tmpdir(), 'patchlane-faults-'))
const server = await startPostgres()
const cutter = new Pool({ connectionString: server?.url ?? '', max: 1, application_name: 'cutter' })
// The server may stop while its connection is still being closed.
cutter.on('connect', (client) => client.on('error', () => {}))
cutter.on('error', () => {})
afterAll(async () => {
  await cutter.end()
  await server?.stop()
  rmSync(directory, { recursive: true, force: true })
})

let schemas = 0
const engines: { engine: string; skip: boolean; store(): OpenDatabaseOptions }[] = [
  { engine: 'SQLite', skip: false, store: () => ({ file: join(directory, `${++schemas}.db`) }) },
  {
    engine: 'Postgres',
    skip: server === undefined,
    store: () => ({ url: server?.url ?? '', schema: `faults_${++schemas}` }),
  },
]

async function open(store: OpenDatabaseOptions): Promise<{ database: Database; queue: SqlPatchQueue }> {
  const database = await openDatabase(store)
  onTestFinished(() => database.close())
  return { database, queue: new SqlPatchQueue(database) }
}

function start(orders: ConstructorParameters<typeof QueueProcess>[0]): QueueProcess {
  const child = new QueueProcess(orders)
  onTestFinished(() => child.kill())
  return child
}

async function takeOver(queue: SqlPatchQueue): Promise<TargetLease> {
  for (;;) {
    const lease = await queue.lease({ ...target, owner: 'next', ttlMs: 60_000 })
    if (lease !== undefined) return lease
    await pause(20)
  }
}

for (const { engine, skip, store: newStore } of engines) {
  describe.skipIf(skip)(`Faults on ${engine}`, () => {
    it('gives what a killed gateway had in hand to the next one', async () => {
      const store = newStore()
      const { queue } = await open(store)
      const patch = patchFixture()
      await queue.propose(patch)
      const holder = start({ store, role: 'hold', owner: 'holder' })
      expect(await holder.line()).toBe('holding')
      await holder.kill()
      expect((await queue.get(patch.patchId))?.status).toBe('checking')
      const lease = await takeOver(queue)
      expect(lease.epoch).toBe(2)
      expect((await queue.claim(lease, 1)).map((entry) => entry.patch.patchId)).toEqual([patch.patchId])
    })

    it('refuses a gateway that was frozen past its lease', async () => {
      const store = newStore()
      const { queue } = await open(store)
      const patch = patchFixture()
      await queue.propose(patch)
      const holder = start({ store, role: 'hold', owner: 'holder' })
      expect(await holder.line()).toBe('holding')
      holder.signal('SIGSTOP')
      const lease = await takeOver(queue)
      holder.signal('SIGCONT')
      holder.tell('land it')
      expect(await holder.line()).toBe('PATCH_QUEUE_LEASE_LOST')
      expect((await queue.get(patch.patchId))?.status).toBe('queued')
      await queue.move(lease, patch.patchId, 'staged')
      await queue.move(lease, patch.patchId, 'checking')
      expect((await queue.settle(lease, patch.patchId, landed)).status).toBe('landed')
    })

    it('numbers the proposals of several processes without a gap', async () => {
      const store = newStore()
      const { queue } = await open(store)
      const writers = ['a', 'b'].map((owner) => start({ store, role: 'propose', owner, count: 25 }))
      await Promise.all(writers.map((writer) => writer.line()))
      await Promise.all(Array.from({ length: 25 }, () => queue.propose(patchFixture())))
      expect(await Promise.all(writers.map((writer) => writer.line()))).toEqual(['done', 'done'])
      const places = (await queue.list({ ...target, limit: 100 })).map((entry) => entry.seq)
      expect(places).toEqual(Array.from({ length: 75 }, (_, index) => index + 1))
    })

    it(`loses nothing, lands nothing twice or out of order, whatever happens to its gateways (seed ${seed})`, async () => {
      const store = newStore()
      const { database } = await open(store)
      const cutConnection = database.dialect === 'postgres' ? cutOne : undefined
      const report = await runChaos({ seed, store, database, patches: 40, faults: 6, cutConnection })
      expect(report).toMatchObject({ violations: [], landed: 40, errors: '' })
    })
  })
}

/** Ends one connection of any gateway or of the test, from a connection of its own. */
async function cutOne(): Promise<void> {
  await cutter.query(`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name like 'patchlane%' order by md5(pid::text || random()) limit 1
  `)
}

describe.skipIf(server === undefined)('A connection cut in the middle', () => {
  it('makes repeating a proposal safe', async () => {
    const store = { url: server?.url ?? '', schema: `faults_${++schemas}` }
    const { queue } = await open(store)
    let cutting = true
    const cuts = (async () => {
      while (cutting) {
        await cutOne()
        await pause(20)
      }
    })()
    const propose = async () => {
      const patch = patchFixture()
      for (;;)
        try {
          return await queue.propose(patch)
        } catch (error) {
          expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true })
        }
    }
    const tickets = []
    for (let n = 0; n < 25; n++) tickets.push(await propose())
    cutting = false
    await cuts
    expect(tickets.map((ticket) => ticket.seq)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
  })
})
