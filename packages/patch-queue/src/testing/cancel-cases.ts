import type { TestApi } from '@patchlane/kernel/testing'
import { asked, failed, landed, openPair, propose, takeLease } from './queue-fixture.ts'
import type { QueueHarness } from './queue-harness.ts'

/** Withdraw and supersede: at once while a patch waits, as a request while a gateway has it in hand. */
export function cancelCases({ it, expect }: TestApi, harness: QueueHarness): void {
  it('withdraws a waiting patch at once', async () => {
    const { one, two } = await openPair(harness)
    const patch = await propose(one)
    const lease = await takeLease(one)
    expect(await two.withdraw(patch.patchId, 'not needed')).toMatchObject({
      status: 'withdrawn',
      verdict: { code: 'WITHDRAWN', message: 'not needed' },
    })
    await two.withdraw(patch.patchId, 'again')
    expect(await one.claim(lease, 1)).toEqual([])
    await expect(one.move(lease, patch.patchId, 'staged')).rejects.toMatchObject({ code: 'PATCH_QUEUE_CANCELLED' })
  })

  it('keeps a patch in hand from landing once it is withdrawn, if it is not too late', async () => {
    const { one, two } = await openPair(harness)
    const [early, late] = [await propose(one), await propose(one)]
    const lease = await takeLease(one)
    for (const { patchId } of [early, late]) await one.move(lease, patchId, 'staged')
    expect(await two.withdraw(early.patchId, 'no')).toMatchObject({ status: 'staged', cancel: 'withdrawn' })
    await expect(one.move(lease, early.patchId, 'checking')).rejects.toMatchObject({
      code: 'PATCH_QUEUE_CANCELLED',
      patch: { status: 'withdrawn' },
    })
    expect(await one.get(early.patchId)).toMatchObject({ status: 'withdrawn', cancel: null })
    await one.move(lease, late.patchId, 'checking')
    await two.withdraw(late.patchId, 'no')
    expect(await one.settle(lease, late.patchId, landed)).toMatchObject({ status: 'landed', cancel: null })
    await expect(two.withdraw(late.patchId, 'no')).rejects.toMatchObject({ code: 'PATCH_QUEUE_STATE' })
  })

  it('settles a withdrawn patch when its gateway gives it back, or when the next one would take it up', async () => {
    const { one, two, clock } = await openPair(harness)
    const [given, orphan, judged] = [await propose(one), await propose(one), await propose(one)]
    const lease = await takeLease(one)
    for (const { patchId } of [given, orphan, judged]) {
      await one.move(lease, patchId, 'staged')
      await two.withdraw(patchId, 'no')
    }
    expect((await one.move(lease, given.patchId, 'queued')).status).toBe('withdrawn')
    expect((await one.settle(lease, judged.patchId, failed)).status).toBe('rejected')
    clock.advance(10_000)
    const next = await takeLease(two, 'next')
    expect(await two.claim(next, 9)).toMatchObject([{ patch: { patchId: orphan.patchId }, cancel: 'withdrawn' }])
    await expect(two.move(next, orphan.patchId, 'staged')).rejects.toMatchObject({ code: 'PATCH_QUEUE_CANCELLED' })
    expect((await two.get(orphan.patchId))?.status).toBe('withdrawn')
  })

  it('takes a refusal of a withdrawn patch without a word', async () => {
    const { one, two } = await openPair(harness)
    const patch = await propose(one)
    const lease = await takeLease(one)
    await two.withdraw(patch.patchId, 'no')
    expect((await one.settle(lease, patch.patchId, failed)).status).toBe('withdrawn')
    expect((await one.park(lease, patch.patchId, 'approval', asked)).status).toBe('withdrawn')
    await expect(one.move(lease, patch.patchId, 'checking')).rejects.toMatchObject({ code: 'PATCH_QUEUE_CANCELLED' })
  })

  it('records a landing that a dead gateway did not write down, even if the patch was withdrawn since', async () => {
    const { one, two, clock } = await openPair(harness)
    const [before, after, waiting] = [await propose(one), await propose(one), await propose(one)]
    const dead = await takeLease(one, 'dead')
    for (const { patchId } of [before, after]) {
      await one.move(dead, patchId, 'staged')
      await one.move(dead, patchId, 'checking')
    }
    await two.withdraw(before.patchId, 'no')
    clock.advance(10_000)
    const next = await takeLease(two, 'next')
    await two.withdraw(after.patchId, 'no')
    for (const { patchId } of [before, after]) {
      expect(await two.recordLanded(next, patchId, landed)).toMatchObject({ status: 'landed', cancel: null })
      expect((await two.recordLanded(next, patchId, landed)).status).toBe('landed')
    }
    await two.withdraw(waiting.patchId, 'no')
    await expect(two.recordLanded(next, waiting.patchId, landed)).rejects.toMatchObject({ code: 'PATCH_QUEUE_STATE' })
    await expect(one.recordLanded(dead, before.patchId, landed)).rejects.toMatchObject({
      code: 'PATCH_QUEUE_LEASE_LOST',
    })
  })

  it('supersedes: the new one takes the place of the old, whose dependants fail', async () => {
    const { one } = await openPair(harness)
    const old = await propose(one)
    const dependant = await propose(one, { dependsOn: [old.patchId] })
    const next = await propose(one, { supersedes: old.patchId })
    expect(await one.get(old.patchId)).toMatchObject({ status: 'superseded', verdict: { code: 'SUPERSEDED' } })
    expect(await one.get(dependant.patchId)).toMatchObject({ status: 'rejected' })
    expect(await one.get(next.patchId)).toMatchObject({ status: 'queued' })
  })

  it('supersedes a patch in hand by request, and leaves a landed one alone', async () => {
    const { one } = await openPair(harness)
    const [held, done] = [await propose(one), await propose(one)]
    const lease = await takeLease(one)
    await one.move(lease, held.patchId, 'staged')
    await one.move(lease, done.patchId, 'staged')
    await one.move(lease, done.patchId, 'checking')
    await one.settle(lease, done.patchId, landed)
    await propose(one, { supersedes: held.patchId })
    await propose(one, { supersedes: done.patchId })
    expect(await one.get(held.patchId)).toMatchObject({ status: 'staged', cancel: 'superseded' })
    expect((await one.move(lease, held.patchId, 'queued')).status).toBe('superseded')
    expect((await one.get(done.patchId))?.status).toBe('landed')
  })
}
