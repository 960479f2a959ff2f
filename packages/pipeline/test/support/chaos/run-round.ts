import { setTimeout as pause } from 'node:timers/promises'
import { patchOn } from '@patchlane/apply-gateway/testing'
import { type Database, type OpenDatabaseOptions, openDatabase } from '@patchlane/database'
import { GitRepository } from '@patchlane/git'
import { temporaryRepository } from '@patchlane/git/testing'
import type { PatchQueue } from '@patchlane/patch-queue'
import { SqlPatchQueue } from '@patchlane/patch-queue/sql'
import { seededRandom } from '../seeded-random.ts'
import { type CrashPointName, crashPointNames } from './crash-points.ts'
import { Fleet } from './fleet.ts'
import { judgeRound, type Proposed } from './judge.ts'

export interface RoundOptions {
  seed: number
  store: OpenDatabaseOptions
  faults: number
  /** @default 3 */
  gateways?: number
  /** Of the lease on the target, in milliseconds. @default 1_500 */
  leaseMs?: number
  /** Only dying at crash points, one soon after the other: much faster for having been at each of them. @default false */
  onlyCrashes?: boolean
  /** Cuts one connection to the store; undefined where it has none. */
  cutConnection?: () => Promise<void>
  /** Crash points by how often gateways died there so far; the rarest come next. */
  crashes: Partial<Record<CrashPointName, number>>
  /** What is waited for at the end, in milliseconds. @default 120_000 */
  patience?: number
}

export interface RoundReport {
  seed: number
  faults: Record<'kill' | 'freeze' | 'cut' | 'crash', number>
  crashes: Partial<Record<CrashPointName, number>>
  proposed: number
  landed: number
  takeOvers: number
  /** Codes of errors that gateways survived. */
  survived: Record<string, number>
  /** Must be empty. */
  violations: string[]
}

const PROGRESS_MS = 8_000
const userWork = { unsaved: 'never committed\n', 'notes.txt': 'untracked\n' }

/**
 * Several real gateways land patches on one checked-out branch while they are killed, frozen past their lease, cut off from their
 * database, and die at the crash points that had least; then history, checkout, queue and event log are judged.
 */
export async function runRound(options: RoundOptions): Promise<RoundReport> {
  const { seed, store, gateways = 3, leaseMs = 1_500, onlyCrashes = false } = options
  const random = seededRandom(seed)
  const project = await temporaryRepository({ unsaved: 'committed\n', 'src/first.txt': 'first\n' })
  await project.write('unsaved', userWork.unsaved)
  await project.write('notes.txt', userWork['notes.txt'])
  const database = await openDatabase(store)
  await database.migrate()
  const queue = new SqlPatchQueue(database)
  const faults = { kill: 0, freeze: 0, cut: 0, crash: 0 }
  const crashes: RoundReport['crashes'] = {}
  const fleet = new Fleet({
    ...{ repository: project.directory, store, leaseMs, size: gateways },
    nextCrash: () => {
      // Without some that may live, little would land.
      if (random() < 0.15) return null
      return { point: rarest(options.crashes, crashes, random), pass: Math.floor(random() * (onlyCrashes ? 2 : 4)) }
    },
    onCrash: (point) => {
      faults.crash++
      crashes[point] = (crashes[point] ?? 0) + 1
    },
  })
  try {
    await fleet.start()
    const stop = new AbortController()
    const proposing = proposeUntil(stop.signal, project.directory, queue, seed)
    while (faults.kill + faults.freeze + faults.cut + faults.crash < options.faults) {
      await pause(leaseMs * (0.2 + random()))
      if (onlyCrashes) continue
      if (random() < 0.7) await progress(queue, PROGRESS_MS)
      // A fault of the one that holds the target tells most; but those that wait must survive it as well.
      const holder = random() < 0.6 ? fleet.slotOf(await holderOf(database)) : undefined
      const slot = holder ?? Math.floor(random() * gateways)
      const dice = random()
      if (dice < 0.25 && options.cutConnection !== undefined) {
        faults.cut++
        await options.cutConnection()
      } else if (dice < 0.5) {
        faults.freeze++
        const thaw = fleet.freeze(slot)
        await pause(leaseMs * (0.5 + random() * 1.5))
        thaw()
      } else if (dice < 0.75) {
        faults.kill++
        await fleet.kill(slot)
      }
    }
    stop.abort()
    const proposed = await proposing
    await settled(queue, proposed, options.patience ?? 120_000)
    await fleet.close()
    const violations = await judgeRound({ repository: project.repository, queue, proposed, userWork })
    const landed = (await queue.list({ status: 'landed', limit: proposed.length + 1 })).length
    return {
      ...{ seed, faults, crashes, proposed: proposed.length, landed },
      takeOvers: await takeOvers(database),
      survived: fleet.survived,
      violations: [...violations, ...fleet.unexpected],
    }
  } finally {
    await fleet.close()
    await queue.close()
    await database.close()
    await project.remove()
  }
}

function rarest(before: RoundOptions['crashes'], now: RoundOptions['crashes'], random: () => number): CrashPointName {
  const count = (name: CrashPointName) => (before[name] ?? 0) + (now[name] ?? 0)
  const least = Math.min(...crashPointNames.map(count))
  // Not the very rarest alone: one that is hard to reach would then be all that is waited for.
  const rare = crashPointNames.filter((name) => count(name) <= least + 2)
  return rare[Math.floor(random() * rare.length)] ?? 'landing: begun'
}

/** Keeps a few patches in the line, each with a file of its own beside an edit of a file that many share. */
async function proposeUntil(
  stop: AbortSignal,
  directory: string,
  queue: PatchQueue,
  seed: number,
): Promise<Proposed[]> {
  const repository = await GitRepository.open(directory, { fsync: false })
  const proposed: Proposed[] = []
  try {
    for (let n = 0; !stop.aborted; n++) {
      const path = `src/folder-${n % 7}/file-${n}.txt`
      const content = `${seed} ${n}\n`
      const base = await repository.resolve('refs/heads/main')
      const patch = await patchOn(repository, base, { [path]: content, [`shared/${n % 20}.txt`]: content })
      // A failed call is repeated: proposing twice is once.
      await persist(() => queue.propose(patch))
      proposed.push({ patchId: patch.patchId, path, content })
      while (!stop.aborted && (await waiting(queue, proposed.slice(-8))) >= 8) await pause(100)
    }
    return proposed
  } finally {
    await repository.close()
  }
}

async function waiting(queue: PatchQueue, proposed: readonly Proposed[]): Promise<number> {
  const records = await Promise.all(proposed.map(({ patchId }) => persist(() => queue.get(patchId))))
  return records.filter((record) => record?.status !== 'landed').length
}

async function settled(queue: PatchQueue, proposed: readonly Proposed[], patience: number): Promise<void> {
  const deadline = performance.now() + patience
  while (performance.now() < deadline) {
    const landed = await persist(() => queue.list({ status: 'landed', limit: proposed.length + 1 }))
    if (landed.length >= proposed.length) return
    await pause(200)
  }
}

/** Waits for a landing: faults that follow each other faster than patches land would all hit the beginning of the road. */
async function progress(queue: PatchQueue, atMost: number): Promise<void> {
  const landed = () => persist(() => queue.list({ status: 'landed', limit: 100_000 })).then(({ length }) => length)
  const before = await landed()
  for (const deadline = performance.now() + atMost; performance.now() < deadline; await pause(100))
    if ((await landed()) > before) return
}

/** Repeats a call while the database is away. */
async function persist<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++)
    try {
      return await call()
    } catch (thrown) {
      if (attempt > 200) throw thrown
      await pause(50)
    }
}

async function holderOf(database: Database): Promise<string> {
  const row = await persist(() => database.db.selectFrom('target_leases').select('owner').executeTakeFirst())
  return row?.owner ?? ''
}

async function takeOvers(database: Database): Promise<number> {
  const row = await database.db.selectFrom('target_leases').select('epoch').executeTakeFirst()
  return Number(row?.epoch ?? 0)
}
