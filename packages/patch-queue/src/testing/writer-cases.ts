import type { TestApi } from '@patchlane/kernel/testing'
import { patchFixture } from '@patchlane/kernel/testing'
import { patchStream } from '../patch-queue.ts'
import { asked, failed, land, landed, openPair, propose, takeLease, target } from './queue-fixture.ts'
import type { QueueHarness } from './queue-harness.ts'

/** One writer: leases, fencing, take-over; and idempotent proposals. */
export function writerCases({ it, expect }: TestApi, harness: QueueHarness): void {
  it('takes a proposal once, however often and from wherever it is made', async () => {
    const { one, two } = await openPair(harness)
    const patch = patchFixture()
    const tickets = await Promise.all(Array.from({ length: 6 }, (_, n) => (n % 2 === 0 ? one : two).propose(patch)))
    expect(new Set(tickets.map((ticket) => ticket.seq))).toEqual(new Set([1]))
    expect(await one.list()).toHaveLength(1)
    await two.propose(patchFixture({ patchId: patch.patchId, title: 'Another title' }))
    expect((await one.get(patch.patchId))?.patch.title).toBe(patch.title)
  })

  it('numbers proposals 1, 2, 3 without a gap while two propose', async () => {
    const { one, two } = await openPair(harness)
    await Promise.all(Array.from({ length: 10 }, (_, n) => propose(n % 2 === 0 ? one : two)))
    expect((await one.list({ target: target.target })).map((entry) => entry.seq)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ])
  })

  it('takes many proposals at once, and lets none suffer for another', async () => {
    const { one, two } = await openPair(harness)
    const known = await propose(two)
    const good = Array.from({ length: 8 }, (_, n) => patchFixture({ title: `${n}` }))
    const unknown = patchFixture({ dependsOn: [crypto.randomUUID()] })
    const dependant = patchFixture({ dependsOn: [known.patchId] })
    const outcomes = await Promise.allSettled(
      [...good.slice(0, 4), unknown, known, ...good.slice(4), dependant].map((patch) => one.propose(patch)),
    )
    expect(
      outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.seq : outcome.reason.code)),
    ).toEqual([2, 3, 4, 5, 'PATCH_QUEUE_UNKNOWN_REFERENCE', 1, 6, 7, 8, 9, 10])
    expect((await two.list({ target: target.target })).map((entry) => entry.seq)).toHaveLength(10)
    const events = await two.events({ stream: patchStream(target), after: 0 })
    expect(events.map((event) => [event.seq, event.data.seq])).toEqual(
      Array.from({ length: 10 }, (_, n) => [n + 1, n + 1]),
    )
  })

  it('gives the target to one of two racing gateways', async () => {
    const { one, two } = await openPair(harness)
    const leases = await Promise.all([
      one.lease({ ...target, owner: 'a' }),
      two.lease({ ...target, owner: 'b' }),
      two.lease({ ...target, owner: 'b' }),
    ])
    expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1)
    expect((await one.state(target)).lease).toEqual(leases.find((lease) => lease !== undefined))
    expect(await one.lease({ repoId: 'repo', target: 'refs/heads/other', owner: 'c' })).toMatchObject({ epoch: 1 })
  })

  it('refuses every write of a gateway whose lease was taken over', async () => {
    const { one, two, clock } = await openPair(harness)
    const patch = await propose(one)
    const late = await takeLease(one, 'late')
    await one.move(late, patch.patchId, 'staged')
    clock.advance(10_000)
    const next = await takeLease(two, 'next')
    expect(next.epoch).toBe(late.epoch + 1)
    const lost = { code: 'PATCH_QUEUE_LEASE_LOST', expired: false }
    await expect(one.claim(late, 1)).rejects.toMatchObject(lost)
    await expect(one.move(late, patch.patchId, 'checking')).rejects.toMatchObject(lost)
    await expect(one.settle(late, patch.patchId, landed)).rejects.toMatchObject(lost)
    await expect(one.park(late, patch.patchId, 'approval', asked)).rejects.toMatchObject(lost)
    await expect(one.renew(late)).rejects.toMatchObject(lost)
    await one.release(late)
    expect((await two.state(target)).lease).toMatchObject({ owner: 'next' })
    expect((await two.get(patch.patchId))?.status).toBe('queued')
  })

  it('refuses an expired lease until it is renewed, and lets nobody be robbed who renews', async () => {
    const { one, two, clock } = await openPair(harness)
    const patch = await propose(one)
    const lease = await takeLease(one)
    for (let beat = 0; beat < 5; beat++) {
      clock.advance(6000)
      await one.renew(lease, 10_000)
      expect(await two.lease({ ...target, owner: 'thief' })).toBeUndefined()
    }
    clock.advance(10_000)
    await expect(one.move(lease, patch.patchId, 'staged')).rejects.toMatchObject({
      code: 'PATCH_QUEUE_LEASE_LOST',
      expired: true,
    })
    const renewed = await one.renew(lease, 10_000)
    expect(renewed.epoch).toBe(lease.epoch)
    expect((await one.move(renewed, patch.patchId, 'staged')).status).toBe('staged')
  })

  it('hands what a dead gateway had in hand back to the line, in its order', async () => {
    const { one, two, clock } = await openPair(harness)
    const patches = [await propose(one), await propose(one), await propose(one)]
    const dead = await takeLease(one, 'dead')
    const [first, second] = patches
    if (first === undefined || second === undefined) throw new TypeError()
    await one.move(dead, first.patchId, 'staged')
    await one.move(dead, first.patchId, 'checking')
    await one.move(dead, second.patchId, 'staged')
    clock.advance(10_000)
    const next = await takeLease(two, 'next')
    const claimed = await two.claim(next, 10)
    expect(claimed.map((entry) => [entry.patch.patchId, entry.status])).toEqual(
      patches.map((patch) => [patch.patchId, 'queued']),
    )
    expect(await two.state(target)).toMatchObject({ queued: 3, inHand: 0 })
  })

  it('gives back at release what is in hand, and the target to the next', async () => {
    const { one, two } = await openPair(harness)
    const patch = await propose(one)
    const lease = await takeLease(one)
    await one.move(lease, patch.patchId, 'staged')
    await one.release(lease)
    await one.release(lease)
    expect((await two.get(patch.patchId))?.status).toBe('queued')
    expect(await takeLease(two, 'next')).toMatchObject({ epoch: lease.epoch + 1 })
  })

  it('moves by the table of transitions, and a settled patch never comes back', async () => {
    const { one } = await openPair(harness)
    const [patch, other] = [await propose(one), await propose(one)]
    const lease = await takeLease(one)
    await expect(one.settle(lease, patch.patchId, landed)).rejects.toMatchObject({ code: 'KERNEL_ILLEGAL_TRANSITION' })
    expect((await one.get(patch.patchId))?.status).toBe('queued')
    await land(one, lease, patch.patchId)
    await one.settle(lease, other.patchId, failed)
    for (const { patchId } of [patch, other])
      for (const to of ['queued', 'staged', 'checking', 'awaiting_approval', 'landed', 'rejected'] as const)
        await expect(one.move(lease, patchId, to)).rejects.toMatchObject({ code: 'KERNEL_ILLEGAL_TRANSITION' })
    expect(await one.get(patch.patchId)).toMatchObject({ status: 'landed', verdict: { landedCommit: 'c'.repeat(40) } })
    expect(await one.claim(lease, 5)).toEqual([])
  })

  it('moves a patch once when two handles of one gateway try at the same time', async () => {
    const { one, two } = await openPair(harness)
    const patch = await propose(one)
    const lease = await takeLease(one)
    const moves = await Promise.allSettled([
      one.move(lease, patch.patchId, 'staged'),
      two.move(lease, patch.patchId, 'staged'),
    ])
    expect(moves.map((move) => move.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('knows patches of its own target only', async () => {
    const { one } = await openPair(harness)
    const patch = await propose(one, { target: 'refs/heads/other' })
    const lease = await takeLease(one)
    await expect(one.move(lease, patch.patchId, 'staged')).rejects.toMatchObject({ code: 'PATCH_QUEUE_UNKNOWN_PATCH' })
    expect(await one.claim(lease, 5)).toEqual([])
    await expect(one.withdraw(crypto.randomUUID(), 'x')).rejects.toMatchObject({ code: 'PATCH_QUEUE_UNKNOWN_PATCH' })
  })
}
