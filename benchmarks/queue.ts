// Submits per second and submit-to-start latency of the patch queue, beside graphile-worker and pg-boss on the same Postgres server in
// the same run. Everything is synced (SQLite synchronous=FULL, Postgres fsync=on).
//
//   node --conditions=@patchlane/source benchmarks/queue.ts [submissions] [latencies]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type OpenDatabaseOptions, openDatabase } from '@patchlane/database'
import { startPostgres } from '@patchlane/database/testing'
import { patchFixture } from '@patchlane/kernel/testing'
import { patchStream } from '@patchlane/patch-queue'
import { SqlPatchQueue } from '@patchlane/patch-queue/sql'
import { Logger, makeWorkerUtils, run as runWorker } from 'graphile-worker'
import { PgBoss } from 'pg-boss'

const submissions = Number(process.argv[2] ?? 500)
const latencies = Number(process.argv[3] ?? 200)

interface Contestant {
  name: string
  /** Resolves when the submission is durable. */
  submit(id: string): Promise<void>
  /** Starts one worker; `started` is told the id of what it begins. @returns what stops it. */
  work(started: (id: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

async function ours(name: string, store: OpenDatabaseOptions): Promise<Contestant> {
  const database = await openDatabase(store)
  const queue = new SqlPatchQueue(database)
  const target = { repoId: 'repo', target: 'refs/heads/main' }
  const stop = new AbortController()
  return {
    name,
    submit: async (patchId) => {
      await queue.propose(patchFixture({ patchId }))
    },
    async work(started) {
      const lease = await queue.lease({ ...target, owner: 'benchmark', ttlMs: 600_000 })
      if (lease === undefined) throw new TypeError('no lease')
      const stream = patchStream(target)
      const step = async () => {
        for (const { patch } of await queue.claim(lease, 20)) {
          started(patch.patchId)
          await queue.settle(lease, patch.patchId, { status: 'rejected', code: 'DONE', message: '' })
        }
      }
      const working = (async () => {
        for await (const event of queue.follow(stream, 0, stop.signal)) if (event.type === 'patch.queued') await step()
      })()
      return async () => {
        stop.abort()
        await working
      }
    },
    close: () => database.close(),
  }
}

async function graphile(url: string): Promise<Contestant> {
  const utils = await makeWorkerUtils({ connectionString: url })
  await utils.migrate()
  const logger = new Logger(() => () => {})
  return {
    name: 'graphile-worker 0.18.0',
    submit: async (id) => {
      await utils.addJob('land', { id, content: 'old\nnew\n' }, { jobKey: id, queueName: 'main' })
    },
    async work(started) {
      const taskList = {
        land: async (payload: unknown) => {
          if (typeof payload === 'object' && payload !== null && 'id' in payload) started(String(payload.id))
        },
      }
      const runner = await runWorker({ connectionString: url, concurrency: 1, taskList, logger, noHandleSignals: true })
      return () => runner.stop()
    },
    close: async () => {
      await utils.release()
    },
  }
}

async function boss(url: string): Promise<Contestant> {
  const pgBoss = new PgBoss(url)
  pgBoss.on('error', () => {})
  await pgBoss.start()
  await pgBoss.createQueue('land')
  return {
    name: 'pg-boss 12.38.0',
    submit: async (id) => {
      await pgBoss.send('land', { id, content: 'old\nnew\n' }, { id })
    },
    async work(started) {
      // Half a second is the shortest interval it takes.
      const worker = await pgBoss.work<{ id: string }>(
        'land',
        { pollingIntervalSeconds: 0.5, batchSize: 20 },
        async (jobs) => {
          for (const job of jobs) started(job.data.id)
        },
      )
      return () => pgBoss.offWork('land', { id: worker, wait: true })
    },
    close: () => pgBoss.stop({ graceful: false }),
  }
}

async function rate(contestant: Contestant, parallel: number): Promise<number> {
  const begun = performance.now()
  let left = submissions
  const lane = async () => {
    while (left-- > 0) await contestant.submit(crypto.randomUUID())
  }
  await Promise.all(Array.from({ length: parallel }, lane))
  return submissions / ((performance.now() - begun) / 1000)
}

async function latency(contestant: Contestant): Promise<number[]> {
  const started = new Map<string, () => void>()
  const stop = await contestant.work((id) => started.get(id)?.())
  // The first one pays for what is made once.
  await wait(contestant, started)
  const times: number[] = []
  for (let n = 0; n < latencies; n++) {
    times.push(await wait(contestant, started))
    await pause(5 + Math.random() * 20)
  }
  await stop()
  return times.sort((a, b) => a - b)
}

async function wait(contestant: Contestant, started: Map<string, () => void>): Promise<number> {
  const id = crypto.randomUUID()
  const { promise, resolve } = Promise.withResolvers<void>()
  started.set(id, resolve)
  const begun = performance.now()
  await contestant.submit(id)
  await promise
  return performance.now() - begun
}

const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0

const directory = mkdtempSync(join(tmpdir(), 'patchlane-benchmark-'))
const server = await startPostgres({ fsync: true })
if (server === undefined) throw new TypeError('Postgres is needed for this benchmark.')
try {
  const contestants = [
    () => ours('patchlane, SQLite', { file: join(directory, 'queue.db') }),
    () => ours('patchlane, Postgres', { url: server.url }),
    () => graphile(server.url),
    () => boss(server.url),
  ]
  const table = []
  for (const make of contestants) {
    const contestant = await make()
    const times = await latency(contestant)
    const [one, eight] = [await rate(contestant, 1), await rate(contestant, 8)]
    table.push({
      queue: contestant.name,
      'submits/s, 1 at a time': Math.round(one),
      'submits/s, 8 at a time': Math.round(eight),
      'start p50 ms': Number(quantile(times, 0.5).toFixed(1)),
      'start p99 ms': Number(quantile(times, 0.99).toFixed(1)),
    })
    await contestant.close()
  }
  console.table(table)
} finally {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
}
