import { setTimeout as pause } from 'node:timers/promises'
import type { Database, OpenDatabaseOptions } from '@patchlane/database'
import type { StoredEvent } from '@patchlane/kernel'
import { patchFixture } from '@patchlane/kernel/testing'
import { patchStream } from '../../src/index.ts'
import { SqlPatchQueue } from '../../src/sql/index.ts'
import { QueueProcess } from './processes.ts'

export interface ChaosOptions {
  seed: number
  store: OpenDatabaseOptions
  database: Database
  patches: number
  faults: number
  gateways?: number
  ttlMs?: number
  /** Cuts a connection of the store; where there are none, undefined. */
  cutConnection: (() => Promise<void>) | undefined
  /** What is waited for at the end, in milliseconds. @default 60_000 */
  patience?: number
}

export interface ChaosReport {
  seed: number
  faults: Record<'kill' | 'freeze' | 'cut', number>
  proposed: number
  landed: number
  /** Must be empty. */
  violations: string[]
  takeOvers: number
  errors: string
}

/** Several gateways land patches in order while they are killed, frozen past their lease and cut off; then the event log is judged. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { store, database, gateways = 3, ttlMs = 400 } = options
  const random = mulberry32(options.seed)
  const queue = new SqlPatchQueue(database)
  const start = (slot: number, life: number) =>
    new QueueProcess({ store, role: 'gateway', owner: `gateway-${slot}.${life}`, ttlMs })
  const running = Array.from({ length: gateways }, (_, slot) => start(slot, 0))
  await Promise.all(running.map((gateway) => gateway.line()))
  const faults = { kill: 0, freeze: 0, cut: 0 }
  let errors = ''
  const proposing = proposeAll(queue, options.patches, options.faults * 150)
  try {
    for (let n = 1; n <= options.faults; n++) {
      await pause(50 + random() * 200)
      const slot = Math.floor(random() * gateways)
      const victim = running[slot]
      const dice = random()
      if (options.cutConnection !== undefined && dice < 0.33) {
        faults.cut++
        await options.cutConnection()
      } else if (dice < 0.66) {
        faults.freeze++
        victim?.signal('SIGSTOP')
        await pause(ttlMs * (0.8 + random()))
        victim?.signal('SIGCONT')
      } else {
        faults.kill++
        await victim?.kill()
        running[slot] = start(slot, n)
      }
    }
    const proposed = await proposing
    await settled(queue, proposed, options.patience ?? 60_000)
    const dead = running.filter((gateway) => !gateway.isRunning)
    errors = dead.map((gateway) => gateway.errors).join('\n')
    const events = await readAll(queue)
    return { seed: options.seed, faults, errors, ...judge(events, proposed) }
  } finally {
    await Promise.all(running.map((gateway) => gateway.kill()))
  }
}

/** Spread over the time of the faults. A failed call is repeated: proposing twice is once. */
async function proposeAll(queue: SqlPatchQueue, count: number, overMs: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n++) {
    const patch = patchFixture({ title: `patch ${n}` })
    for (let done = false; !done; )
      done = await queue.propose(patch).then(
        () => true,
        () => pause(20, false),
      )
    ids.push(patch.patchId)
    await pause(overMs / count)
  }
  return ids
}

async function settled(queue: SqlPatchQueue, ids: readonly string[], patience: number): Promise<void> {
  const deadline = performance.now() + patience
  while (performance.now() < deadline) {
    const landed = await queue.list({ status: 'landed', limit: ids.length }).catch(() => [])
    if (landed.length === ids.length) return
    await pause(50)
  }
}

async function readAll(queue: SqlPatchQueue): Promise<StoredEvent[]> {
  const stream = patchStream({ repoId: 'repo', target: 'refs/heads/main' })
  const events: StoredEvent[] = []
  for (;;) {
    const page = await queue.events({ stream, after: events.length, limit: 1000 })
    events.push(...page)
    if (page.length === 0) return events
  }
}

function judge(events: readonly StoredEvent[], proposed: readonly string[]) {
  const violations: string[] = []
  const landed: StoredEvent[] = []
  let epoch = 0
  events.forEach((event, index) => {
    if (event.seq !== index + 1) violations.push(`event ${index + 1} is missing`)
    const at = Number(event.data.epoch ?? epoch)
    if (event.type === 'target.leased') {
      if (at <= epoch) violations.push(`epoch ${at} came after ${epoch}`)
      epoch = at
    } else if (at !== epoch)
      violations.push(`${event.type} of ${event.subject} was written under epoch ${at}, not ${epoch}`)
    if (event.type === 'patch.landed') landed.push(event)
  })
  const ids = landed.map((event) => event.subject)
  if (new Set(ids).size !== ids.length) violations.push('a patch landed twice')
  for (const id of proposed) if (!ids.includes(id)) violations.push(`patch ${id} was lost`)
  const places = landed.map((event) => Number(event.data.seq))
  if (places.some((place, index) => index > 0 && place <= (places[index - 1] ?? 0)))
    violations.push('landed out of order')
  return { violations, proposed: proposed.length, landed: landed.length, takeOvers: epoch }
}

/** A small seeded generator: the same seed, the same faults. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
