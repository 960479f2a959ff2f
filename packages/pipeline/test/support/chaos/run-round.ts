import { setTimeout as pause } from 'node:timers/promises'
import { type Database, type OpenDatabaseOptions, openDatabase } from '@patchlane/database'
import { temporaryRepository } from '@patchlane/git/testing'
import type { PatchQueue } from '@patchlane/patch-queue'
import { SqlPatchQueue } from '@patchlane/patch-queue/sql'
import { seededRandom } from '../seeded-random.ts'
import type { CrashOrder, CrashPointName } from './crash-points.ts'
import { Fleet } from './fleet.ts'
import { judgeRound } from './judge.ts'
import { persist, proposeUntil, settled } from './propose.ts'

export interface RoundOptions {
  seed: number
  store: OpenDatabaseOptions
  /** @default 3 */
  gateways?: number
  /** Of the lease on the target, in milliseconds. @default 1_500 */
  leaseMs?: number
  /** Where the first gateway that takes the target dies. @default nowhere */
  order?: CrashOrder | undefined
  /** Cuts one connection to the store; undefined where it has none. */
  cutConnection?: (() => Promise<void>) | undefined
  /** At the end, so long is waited for the next landing, in milliseconds. @default 180_000 */
  patience?: number
}

export interface RoundReport {
  seed: number
  faults: Record<'kill' | 'freeze' | 'cut' | 'crash', number>
  /** Deaths by crash point. */
  crashes: Partial<Record<CrashPointName, number>>
  proposed: number
  landed: number
  takeOvers: number
  /** Codes of errors that gateways survived. */
  survived: Record<string, number>
  /** Must be empty. */
  violations: string[]
}

const userWork = { unsaved: 'never committed\n', 'notes.txt': 'untracked\n' }

/**
 * Several real gateways land patches on one checked-out branch while `disturb` does its worst; then history, checkout, queue and event
 * log are judged.
 */
export async function runRound(
  options: RoundOptions,
  disturb: (disturbance: Disturbance) => Promise<void>,
): Promise<RoundReport> {
  const { seed, store, gateways = 3, leaseMs = 1_500 } = options
  const project = await temporaryRepository({ unsaved: 'committed\n', 'src/first.txt': 'first\n' })
  await project.write('unsaved', userWork.unsaved)
  await project.write('notes.txt', userWork['notes.txt'])
  const database = await openDatabase(store)
  await database.migrate()
  const queue = new SqlPatchQueue(database)
  const stop = new AbortController()
  const order = options.order ?? null
  const fleet = new Fleet({ repository: project.directory, store, leaseMs, size: gateways, order })
  const disturbance = new Disturbance({ fleet, database, queue, leaseMs, ...options })
  try {
    await fleet.start()
    const proposing = proposeUntil(stop.signal, project.directory, queue, seed)
    await disturb(disturbance)
    fleet.order(null)
    fleet.wake()
    stop.abort()
    const proposed = await proposing
    await settled(queue, proposed, options.patience ?? 180_000)
    await fleet.close()
    const violations = await judgeRound({ repository: project.repository, queue, proposed, userWork })
    const landed = (await queue.list({ status: 'landed', limit: proposed.length + 1 })).length
    return {
      ...{ seed, faults: disturbance.counts, crashes: fleet.deaths, proposed: proposed.length, landed },
      takeOvers: await takeOvers(database),
      survived: fleet.survived,
      violations: [...violations, ...fleet.unexpected],
    }
  } finally {
    stop.abort()
    await fleet.close()
    await queue.close()
    await database.close()
    await project.remove()
  }
}

/** What can be done to the gateways of a round. */
export class Disturbance {
  readonly fleet: Fleet
  readonly leaseMs: number
  /** The same each time for the same seed. */
  readonly random: () => number
  readonly #database: Database
  readonly #queue: PatchQueue
  readonly #cutConnection: (() => Promise<void>) | undefined
  readonly #faults = { kill: 0, freeze: 0, cut: 0 }

  constructor(
    parts: Pick<RoundOptions, 'seed' | 'cutConnection'> & {
      fleet: Fleet
      database: Database
      queue: PatchQueue
      leaseMs: number
    },
  ) {
    this.fleet = parts.fleet
    this.leaseMs = parts.leaseMs
    this.random = seededRandom(parts.seed)
    this.#database = parts.database
    this.#queue = parts.queue
    this.#cutConnection = parts.cutConnection
  }

  get counts(): RoundReport['faults'] {
    const crash = Object.values(this.fleet.deaths).reduce((sum, count) => sum + count, 0)
    return { ...this.#faults, crash }
  }

  get canCut(): boolean {
    return this.#cutConnection !== undefined
  }

  async kill(slot: number): Promise<void> {
    this.#faults.kill++
    await this.fleet.kill(slot)
  }

  /** Stops a gateway for so long, in milliseconds. */
  async freeze(slot: number, ms: number): Promise<void> {
    this.#faults.freeze++
    const thaw = this.fleet.freeze(slot)
    await pause(ms)
    thaw()
  }

  /**
   * Ordered sleep: whoever takes the target next stops at the point, past its lease, and so does the one that takes over from it. Both wake
   * one after the other, the overtaken one first, with the target just as they saw it last.
   */
  async overtake(point: CrashPointName, patience: number): Promise<void> {
    const order: CrashOrder = { point, pass: 0, signal: 'SIGSTOP' }
    this.fleet.order(order)
    const slot = this.fleet.slotOf(await this.holder())
    if (slot !== undefined) await this.kill(slot)
    const overtaken = await this.fleet.crash(patience)
    const overtaker = await this.fleet.crash(patience)
    this.fleet.order(null)
    for (const sleeper of [overtaken, overtaker]) {
      if (sleeper === undefined) throw new Error(`Nobody came to "${point}" in ${patience} ms.`)
      this.#faults.freeze++
      this.fleet.thaw(sleeper.owner)
      await pause(this.leaseMs / 2)
    }
  }

  async cut(): Promise<void> {
    this.#faults.cut++
    await this.#cutConnection?.()
  }

  /** Who holds the target; an empty name if nobody does. */
  async holder(): Promise<string> {
    const leases = this.#database.db.selectFrom('target_leases').select('owner')
    const row = await persist(() => leases.executeTakeFirst())
    return row?.owner ?? ''
  }

  /**
   * After the death of a gateway the next one takes the target at once, and dies as ordered: the lease of the dead runs out now, not when
   * its time is over.
   */
  async takeOver(dead: string, order: CrashOrder | null): Promise<void> {
    this.fleet.order(order)
    await persist(() =>
      this.#database.db.updateTable('target_leases').set({ expires_at: 0 }).where('owner', '=', dead).execute(),
    )
    this.fleet.wake()
  }

  async landed(): Promise<number> {
    return (await persist(() => this.#queue.list({ status: 'landed', limit: 100_000 }))).length
  }

  /** Waits for a landing. */
  async progress(atMost: number): Promise<boolean> {
    const before = await this.landed()
    for (const deadline = performance.now() + atMost; performance.now() < deadline; await pause(100))
      if ((await this.landed()) > before) return true
    return false
  }
}

async function takeOvers(database: Database): Promise<number> {
  const row = await database.db.selectFrom('target_leases').select('epoch').executeTakeFirst()
  return Number(row?.epoch ?? 0)
}
