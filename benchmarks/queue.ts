// Durable submits per second and submit-to-start latency of one target, beside graphile-worker, pg-boss and BullMQ on the same servers. All
// take turns in short blocks, in an order drawn anew each round, so that what else the machine does falls on all of them alike.
// SQLite runs with synchronous=FULL, Postgres with fsync, Redis with `appendfsync always` and once without any log, for comparison.
//
//   node --conditions=@patchlane/source benchmarks/queue.ts [rounds] [latencies per round] [submissions per round]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startPostgres } from '@patchlane/database/testing'
import { startRedis } from '../scripts/start-redis.ts'
import type { Contestant } from './queue/contestant.ts'
import { patchlane } from './queue/patchlane.ts'
import { bullOnPostgres, bullOnRedis, graphile, pgBoss } from './queue/peers.ts'

const rounds = Number(process.argv[2] ?? 10)
const latencies = Number(process.argv[3] ?? 30)
const submissions = Number(process.argv[4] ?? 40)

/** Milliseconds from the call that submits to the moment at which the worker begins. */
async function latencyBlock(contestant: Contestant): Promise<number[]> {
  const started = new Map<string, () => void>()
  const stop = await contestant.work((id) => started.get(id)?.())
  const once = async () => {
    const id = crypto.randomUUID()
    const { promise, resolve } = Promise.withResolvers<void>()
    started.set(id, resolve)
    const begun = performance.now()
    await Promise.all([contestant.submit('main', id), promise])
    return performance.now() - begun
  }
  // The first pays for what is made once.
  await once()
  const times: number[] = []
  for (let n = 0; n < latencies; n++) {
    // Long enough for the worker to write down that it is done with the one before: it is to be idle.
    await pause(40 + Math.random() * 20)
    times.push(await once())
  }
  await stop()
  return times
}

/** Seconds for one block of submissions, so many at a time. */
async function submitBlock(contestant: Contestant, atATime: number): Promise<number> {
  const begun = performance.now()
  let left = submissions
  const lane = async () => {
    while (left-- > 0) await contestant.submit('rate', crypto.randomUUID())
  }
  await Promise.all(Array.from({ length: atATime }, lane))
  return (performance.now() - begun) / 1000
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

const quantile = (list: readonly number[], q: number) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))] ?? 0

const directory = mkdtempSync(join(tmpdir(), 'patchlane-benchmark-'))
const [postgres, durableRedis, redis] = [
  await startPostgres({ fsync: true }),
  await startRedis({ durable: true }),
  await startRedis(),
]
if (postgres === undefined || durableRedis === undefined || redis === undefined)
  throw new TypeError('Postgres and Redis are needed for this benchmark.')
const contestants = [
  await patchlane('patchlane, Postgres', { url: postgres.url, schema: 'patchlane' }),
  await patchlane('patchlane, SQLite', { file: join(directory, 'queue.db') }),
  await graphile(postgres.url),
  await bullOnPostgres(postgres.url),
  await bullOnRedis('Redis, synced', durableRedis.socket),
  await bullOnRedis('Redis, not durable', redis.socket),
  await pgBoss(postgres.url),
]
const results = new Map(contestants.map((one) => [one, { starts: [0].slice(1), one: 0, sixteen: 0 }]))
for (let round = 0; round < rounds; round++)
  for (const contestant of shuffled(contestants)) {
    const result = results.get(contestant)
    if (result === undefined) continue
    result.starts.push(...(await latencyBlock(contestant)))
    result.one += await submitBlock(contestant, 1)
    result.sixteen += await submitBlock(contestant, 16)
  }
console.table(
  [...results].map(([{ name }, { starts, one, sixteen }]) => ({
    queue: name,
    'start p50 ms': Number(quantile(starts, 0.5).toFixed(1)),
    'start p90 ms': Number(quantile(starts, 0.9).toFixed(1)),
    'start p99 ms': Number(quantile(starts, 0.99).toFixed(1)),
    'submits/s, 1 at a time': Math.round((rounds * submissions) / one),
    'submits/s, 16 at a time': Math.round((rounds * submissions) / sixteen),
  })),
)
for (const contestant of contestants) await contestant.close()
for (const server of [postgres, durableRedis, redis]) await server.stop()
rmSync(directory, { recursive: true, force: true })
