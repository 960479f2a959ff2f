import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { TestApi } from '@patchlane/kernel/testing'
import { LeaseRenewals } from '../lease-keeper/lease-renewals.ts'
import { LeaseTable } from '../lease-table.ts'
import type { DatabaseHarness } from './sql-test-stores.ts'

/** Leases that are kept: by many at once, past slow transactions, and from a thread of their own. On the store's real clock. */
export function leaseCases({ it, expect }: TestApi, harness: DatabaseHarness): void {
  const open = async (count: number, ttlMs: number) => {
    const namespace = randomUUID()
    const [one, two] = [await harness.open(namespace), await harness.open(namespace)]
    const [mine, theirs] = [new LeaseTable(one), new LeaseTable(two)]
    const leases = await Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const lease = await mine.acquire({ repoId: 'r', target: `t${n}` }, 'a', ttlMs)
        if (lease === undefined) throw new TypeError('not given')
        return lease
      }),
    )
    return { one, two, mine, theirs, leases }
  }

  it('renews many leases at once, and says which of them are lost', async () => {
    const { mine, theirs, leases } = await open(3, 50)
    const [first, second, third] = leases
    if (first === undefined || second === undefined || third === undefined) throw new TypeError()
    await pause(80)
    expect(await theirs.acquire(second, 'b', 10_000)).toMatchObject({ epoch: 2 })
    const kept = leases.map((lease) => ({ lease, ttlMs: 10_000 }))
    expect(await mine.renewAll(kept)).toEqual(['renewed', 'lost', 'renewed'])
    expect(await theirs.acquire(third, 'b', 10_000)).toBeUndefined()
    expect((await theirs.holder(first))?.endsInMs).toBeGreaterThan(5000)
    expect(await theirs.holder(second)).toMatchObject({ owner: 'b', epoch: 2 })
  })

  it('lets nobody take over while the holder writes under its lease, and renews meanwhile where the engine can', async () => {
    const { one, two, mine, theirs, leases } = await open(1, 300)
    const [lease] = leases
    if (lease === undefined) throw new TypeError()
    const order: string[] = []
    const checked = Promise.withResolvers<void>()
    const writing = one.transaction(async (trx) => {
      await mine.check(trx, lease)
      checked.resolve()
      await pause(500)
      order.push('written')
    })
    await checked.promise
    if (two.dialect === 'postgres') {
      expect(await theirs.renewAll([{ lease, ttlMs: 350 }])).toEqual(['renewed'])
      await pause(400)
    }
    // Expired by now, but not to be had before the holder's transaction has ended.
    const taken = theirs.acquire(lease, 'b', 1000).then((next) => {
      order.push('taken')
      return next
    })
    expect(await taken).toMatchObject({ epoch: 2 })
    await writing
    expect(order).toEqual(['written', 'taken'])
  })

  it('keeps a lease while the thread of its holder is busy, until told to stop', async () => {
    const { one, two, theirs, leases } = await open(2, 600)
    const lost: unknown[] = []
    const stops = leases.map((lease) => one.leaseKeeper.keep(lease, 600, (reason) => lost.push(reason)))
    // The thread needs a moment to start; until then this one renews.
    await pause(2500)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000)
    for (const lease of leases)
      expect(await two.transaction((trx) => theirs.check(trx, lease))).toMatchObject({ held: true })
    await Promise.all(stops.map((stop) => stop()))
    await pause(700)
    for (const lease of leases) expect(await theirs.acquire(lease, 'b', 1000)).toMatchObject({ epoch: 2 })
    expect(lost).toEqual([])
  })

  it('tells a holder once that its lease was taken over', async () => {
    const { one, theirs, leases } = await open(1, 200)
    const [lease] = leases
    if (lease === undefined) throw new TypeError()
    await pause(250)
    await theirs.acquire(lease, 'b', 10_000)
    let times = 0
    const told = Promise.withResolvers<void>()
    const stop = one.leaseKeeper.keep(lease, 200, () => {
      times++
      told.resolve()
    })
    await told.promise
    await pause(200)
    await stop()
    expect(times).toBe(1)
  })

  it('renews nothing for a holder that hangs', async () => {
    const { mine, theirs, leases } = await open(1, 200)
    const [lease] = leases
    if (lease === undefined) throw new TypeError()
    const renewals = new LeaseRenewals(mine, () => false)
    const stop = renewals.keep(lease, 200, () => {})
    await pause(300)
    expect(await theirs.acquire(lease, 'b', 1000)).toMatchObject({ epoch: 2 })
    await stop()
  })
}
