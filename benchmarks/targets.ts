// Many targets on one server at once, and whether one that is stuck slows the others: its gateway holds a transaction under its lease open, so
// that every other write to that target waits.
//
//   node --conditions=@patchlane/source benchmarks/targets.ts [targets] [runs] [seconds per half]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Database, LeaseTable, openDatabase } from '@patchlane/database'
import { startPostgres } from '@patchlane/database/testing'
import type { TargetLease } from '@patchlane/kernel'
import { patchFixture } from '@patchlane/kernel/testing'
import { patchStream } from '@patchlane/patch-queue'
import { SqlPatchQueue } from '@patchlane/patch-queue/sql'
import { sql } from 'kysely'

const count = Number(process.argv[2] ?? 1000)
const runs = Number(process.argv[3] ?? 10)
const seconds = Number(process.argv[4] ?? 10)
const landed = { status: 'landed', code: 'LANDED', message: 'landed' } as const
const targetOf = (n: number) => ({ repoId: 'repo', target: `refs/heads/target-${n}` })
const quantile = (list: readonly number[], q: number) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))] ?? 0

/** A gateway of one target: claims when it is told that there is news, and walks what it got down the road. */
class Gateway {
  readonly started = new Map<string, () => void>()
  readonly #queue: SqlPatchQueue
  readonly #lease: TargetLease
  #working: Promise<void> = Promise.resolve()

  constructor(queue: SqlPatchQueue, lease: TargetLease, database: Database) {
    this.#queue = queue
    this.#lease = lease
    database.wakeUps.listen(patchStream(lease), () => this.#look())
  }

  #looking = false

  #look(): void {
    if (this.#looking) return
    this.#looking = true
    this.#working = this.#work().catch(() => {})
  }

  async #work(): Promise<void> {
    try {
      for (const { patch } of await this.#queue.claim(this.#lease, 3)) {
        this.started.get(patch.patchId)?.()
        await this.#queue.move(this.#lease, patch.patchId, 'staged')
        await this.#queue.move(this.#lease, patch.patchId, 'checking')
        await this.#queue.settle(this.#lease, patch.patchId, landed)
      }
    } finally {
      this.#looking = false
    }
  }

  idle(): Promise<void> {
    return this.#working
  }
}

/** Submit-to-start latencies of random targets for a while, a few at a time. */
async function load(queue: SqlPatchQueue, gateways: readonly Gateway[], from: number): Promise<number[]> {
  const times: number[] = []
  const until = performance.now() + seconds * 1000
  const lane = async () => {
    while (performance.now() < until) {
      const n = from + Math.floor(Math.random() * (gateways.length - from))
      const patch = patchFixture(targetOf(n))
      const { promise, resolve } = Promise.withResolvers<void>()
      gateways[n]?.started.set(patch.patchId, resolve)
      const begun = performance.now()
      await Promise.race([Promise.all([queue.propose(patch), promise]), pause(10_000)])
      times.push(performance.now() - begun)
      await pause(5)
    }
  }
  await Promise.all([lane(), lane(), lane()])
  return times
}

/** Proposals and moves of the first target pile up behind a transaction that is left open. */
async function stuck<T>(
  database: Database,
  queue: SqlPatchQueue,
  lease: TargetLease,
  work: () => Promise<T>,
): Promise<T> {
  const open = Promise.withResolvers<void>()
  const done = Promise.withResolvers<void>()
  const holding = database.transaction(async (trx) => {
    await new LeaseTable(database).check(trx, lease)
    await trx.updateTable('patch_targets').set({ mode: 'running' }).where('target', '=', lease.target).execute()
    open.resolve()
    // Says something now and then, or the server would take its locks away.
    const saying = setInterval(() => sql`select 1`.execute(trx).catch(() => {}), 1000)
    await done.promise
    clearInterval(saying)
  })
  await open.promise
  const waiting = Array.from({ length: 20 }, () => queue.propose(patchFixture(targetOf(0))))
  try {
    return await work()
  } finally {
    done.resolve()
    await holding
    await Promise.all(waiting)
  }
}

async function measure(name: string, open: () => Promise<Database>): Promise<void> {
  // Submitters, gateways and the one that is stuck are processes of their own; here they have a handle each.
  const [submitting, working, sticking] = [await open(), await open(), await open()]
  const queue = new SqlPatchQueue(submitting)
  const worker = new SqlPatchQueue(working)
  const begun = performance.now()
  const gateways: Gateway[] = []
  const leases: TargetLease[] = []
  for (let n = 0; n < count; n += 20)
    await Promise.all(
      Array.from({ length: Math.min(20, count - n) }, async (_, index) => {
        const lease = await worker.lease({ ...targetOf(n + index), owner: 'gateway', ttlMs: 10_000 })
        if (lease === undefined) throw new TypeError('no lease')
        leases[n + index] = lease
        gateways[n + index] = new Gateway(worker, lease, working)
      }),
    )
  let lost = 0
  const stops = leases.map((lease) =>
    worker.keep(lease, 10_000, () => {
      lost++
    }),
  )
  console.log(`${name}: ${count} leases in ${((performance.now() - begun) / 1000).toFixed(1)} s`)
  const first = leases[0]
  if (first === undefined) throw new TypeError('no lease')
  await load(queue, gateways, 1)
  const ratios: number[] = []
  const all: number[] = []
  for (let run = 0; run < runs; run++) {
    const halves = {
      free: () => load(queue, gateways, 1),
      stuck: () => stuck(sticking, queue, first, () => load(queue, gateways, 1)),
    }
    // Each half goes first every other time.
    const order = run % 2 === 0 ? (['free', 'stuck'] as const) : (['stuck', 'free'] as const)
    const times = { free: [0].slice(1), stuck: [0].slice(1) }
    for (const half of order) times[half] = await halves[half]()
    const [free, blocked] = [quantile(times.free, 0.99), quantile(times.stuck, 0.99)]
    ratios.push(blocked / free)
    all.push(...times.free)
    console.log(
      `${name}: run ${run + 1}: p99 ${free.toFixed(1)} ms, with a stuck target ${blocked.toFixed(1)} ms, of ${times.free.length} and ${times.stuck.length}`,
    )
  }
  await Promise.all(gateways.slice(1).map((gateway) => gateway.idle()))
  console.log(
    `${name}: start p50 ${quantile(all, 0.5).toFixed(1)} ms, p99 ${quantile(all, 0.99).toFixed(1)} ms; stuck/free p99 median ${quantile(ratios, 0.5).toFixed(2)}; leases lost ${lost}`,
  )
  await Promise.all(stops.map((stop) => stop()))
  for (const database of [submitting, working, sticking]) await database.close()
}

const directory = mkdtempSync(join(tmpdir(), 'patchlane-targets-'))
const server = await startPostgres({ fsync: true })
if (server === undefined) throw new TypeError('Postgres is needed for this benchmark.')
try {
  await measure('Postgres', () => openDatabase({ url: server.url }))
} finally {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
}
