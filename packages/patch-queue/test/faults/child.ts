import { createInterface } from 'node:readline'
import { type OpenDatabaseOptions, openDatabase } from '@patchlane/database'
import { PatchlaneError, type TargetLease } from '@patchlane/kernel'
import { patchFixture } from '@patchlane/kernel/testing'
import { SqlPatchQueue } from '../../src/sql/index.ts'

/** One process of a fault test. It says what it does in lines on stdout, and goes on when told to on stdin. */
interface Orders {
  store: OpenDatabaseOptions
  role: 'hold' | 'propose' | 'gateway'
  owner: string
  ttlMs: number
  count: number
}

const orders: Orders = JSON.parse(process.argv[2] ?? '{}')
const target = { repoId: 'repo', target: 'refs/heads/main' }
const landed = { status: 'landed', code: 'LANDED', message: 'landed' } as const
const database = await openDatabase(orders.store)
const queue = new SqlPatchQueue(database)
const say = (line: string) => process.stdout.write(`${line}\n`)
const codeOf = (error: unknown) => (PatchlaneError.is(error) ? error.code : String(error))
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Takes the target, holds one patch in hand, and lands it only when told to: too late. */
async function hold(): Promise<void> {
  const lease = await queue.lease({ ...target, owner: orders.owner, ttlMs: orders.ttlMs })
  // However slow the machine is: the lease runs out only once the patch is in hand.
  const stop = lease === undefined ? undefined : queue.keep(lease, orders.ttlMs, () => {})
  const [entry] = lease === undefined ? [] : await queue.claim(lease, 1)
  if (lease === undefined || entry === undefined) throw new TypeError('nothing to hold')
  await queue.move(lease, entry.patch.patchId, 'staged')
  await queue.move(lease, entry.patch.patchId, 'checking')
  await stop?.()
  say('holding')
  for await (const _line of createInterface(process.stdin)) {
    const settling = queue.settle(lease, entry.patch.patchId, landed).then(
      () => 'landed',
      (error: unknown) => codeOf(error),
    )
    say(await settling)
    return
  }
}

async function propose(): Promise<void> {
  say('ready')
  for (let n = 0; n < orders.count; n++) await queue.propose(patchFixture({ title: `${orders.owner}-${n}` }))
  say('done')
}

/** A gateway that lands whatever comes, and survives what can be survived. */
async function gateway(): Promise<void> {
  say('ready')
  for (;;) {
    try {
      const lease = await queue.lease({ ...target, owner: orders.owner, ttlMs: orders.ttlMs })
      if (lease === undefined) await pause(20)
      else await work(lease)
    } catch (error) {
      // Lost the lease, the connection, or a patch: start over. Anything else is a fault of the queue itself.
      if (!PatchlaneError.is(error)) throw error
      say(error.code)
      await pause(20)
    }
  }
}

async function work(lease: TargetLease): Promise<void> {
  const beat = setInterval(() => queue.renew(lease, orders.ttlMs).catch(() => {}), orders.ttlMs / 4)
  try {
    for (;;) {
      const train = await queue.claim(lease, 3)
      if (train.length === 0) await pause(5)
      for (const { patch } of train) await queue.move(lease, patch.patchId, 'staged')
      for (const { patch } of train) {
        await queue.move(lease, patch.patchId, 'checking')
        await queue.settle(lease, patch.patchId, landed)
      }
    }
  } finally {
    clearInterval(beat)
  }
}

await { hold, propose, gateway }[orders.role]()
await database.close()
