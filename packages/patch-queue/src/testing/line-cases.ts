import type { TestApi } from '@patchlane/kernel/testing'
import { patchFixture } from '@patchlane/kernel/testing'
import { asked, claimTitles, failed, land, openPair, propose, takeLease, target } from './queue-fixture.ts'
import type { QueueHarness } from './queue-harness.ts'

/** The order of the line: undo, priority with ageing, first come first served; re-entries, dependencies, pauses. */
export function lineCases({ it, expect }: TestApi, harness: QueueHarness): void {
  it('hands out undo first, then priority, then the order of arrival', async () => {
    const { one, two } = await openPair(harness)
    const titles = [
      ['a', 0, 'change'],
      ['b', 0, 'change'],
      ['high', 5, 'change'],
      ['low', -5, 'change'],
      ['undo', -9, 'undo'],
      ['c', 0, 'change'],
    ] as const
    for (const [title, priority, kind] of titles) await propose(one, { title, priority, kind })
    const lease = await takeLease(two)
    expect(await claimTitles(two, lease)).toEqual(['undo', 'high', 'a', 'b', 'c', 'low'])
    expect(await claimTitles(two, lease, 2)).toEqual(['undo', 'high'])
    expect(await claimTitles(two, lease, 0)).toEqual([])
  })

  it('keeps strict order among equals even when the clock goes back', async () => {
    const { one, clock } = await openPair(harness)
    for (const title of ['a', 'b', 'c']) {
      await propose(one, { title })
      clock.advance(-1000)
    }
    expect(await claimTitles(one, await takeLease(one))).toEqual(['a', 'b', 'c'])
  })

  it('lets waiting make up for priority', async () => {
    const { one, clock } = await openPair(harness)
    await propose(one, { title: 'old' })
    clock.advance(59_000)
    await propose(one, { title: 'urgent', priority: 1 })
    clock.advance(2000)
    await propose(one, { title: 'too late', priority: 1 })
    const lease = await takeLease(one)
    expect(await claimTitles(one, lease)).toEqual(['urgent', 'old', 'too late'])
  })

  it('hands out a dependant once all it depends on has landed', async () => {
    const { one } = await openPair(harness)
    const [a, b] = [await propose(one, { title: 'a' }), await propose(one, { title: 'b' })]
    await propose(one, { title: 'both', dependsOn: [a.patchId, b.patchId], priority: 9 })
    const lease = await takeLease(one)
    expect(await claimTitles(one, lease)).toEqual(['a', 'b'])
    await land(one, lease, a.patchId)
    expect(await claimTitles(one, lease)).toEqual(['b'])
    await land(one, lease, b.patchId)
    expect(await claimTitles(one, lease)).toEqual(['both'])
  })

  it('fails dependants, and theirs, as soon as a dependency ends otherwise', async () => {
    const { one } = await openPair(harness)
    const a = await propose(one)
    const b = await propose(one, { dependsOn: [a.patchId] })
    const c = await propose(one, { dependsOn: [b.patchId] })
    const lease = await takeLease(one)
    await one.settle(lease, a.patchId, failed)
    for (const { patchId } of [b, c])
      expect(await one.get(patchId)).toMatchObject({ status: 'rejected', verdict: { code: 'DEPENDENCY_FAILED' } })
    const late = await one.propose(patchFixture({ dependsOn: [c.patchId] }))
    expect(late).toMatchObject({ status: 'rejected', verdict: { code: 'DEPENDENCY_FAILED' } })
  })

  it('never leaves a dependant waiting when proposal and failure race', async () => {
    const { one, two } = await openPair(harness)
    const lease = await takeLease(one)
    for (let round = 0; round < 5; round++) {
      const a = await propose(one)
      const dependant = patchFixture({ dependsOn: [a.patchId] })
      await Promise.all([one.settle(lease, a.patchId, failed), two.propose(dependant)])
      expect((await one.get(dependant.patchId))?.status).toBe('rejected')
    }
  })

  it('refuses a dependency that it has never seen, and itself', async () => {
    const { one } = await openPair(harness)
    const unknown = { code: 'PATCH_QUEUE_UNKNOWN_REFERENCE' }
    await expect(propose(one, { dependsOn: [crypto.randomUUID()] })).rejects.toMatchObject(unknown)
    const patchId = crypto.randomUUID()
    await expect(propose(one, { patchId, dependsOn: [patchId] })).rejects.toMatchObject(unknown)
    await expect(propose(one, { supersedes: crypto.randomUUID() })).rejects.toMatchObject(unknown)
    expect(await one.list()).toEqual([])
  })

  it('parks a patch outside the line, and lets it re-enter first, as a barrier, with its number', async () => {
    const { one, two } = await openPair(harness)
    const patch = await propose(one, { title: 'asked' })
    const lease = await takeLease(one)
    await one.move(lease, patch.patchId, 'staged')
    await one.move(lease, patch.patchId, 'checking')
    const parked = await one.park(lease, patch.patchId, 'approval', asked)
    expect(parked).toMatchObject({ status: 'awaiting_approval', parkedFor: 'approval', approved: false })
    await propose(one, { title: 'undo', kind: 'undo' })
    await propose(one, { title: 'other', priority: 1000 })
    expect(await claimTitles(one, lease)).toEqual(['undo', 'other'])
    await two.reenter(patch.patchId, { approved: true, by: 'ada' })
    const again = await two.reenter(patch.patchId, { approved: true, by: 'ada' })
    expect(again).toMatchObject({ status: 'queued', approved: true, parkedFor: null, seq: 1 })
    expect(await claimTitles(one, lease)).toEqual(['asked'])
    await one.move(lease, patch.patchId, 'staged')
    expect(await claimTitles(one, lease)).toEqual([])
    await one.move(lease, patch.patchId, 'queued')
    expect(await claimTitles(one, lease)).toEqual(['asked'])
    await land(one, lease, patch.patchId)
    expect(await claimTitles(one, lease)).toEqual(['undo', 'other'])
  })

  it('asks again when approved content has changed: the approval is gone, and so is the barrier', async () => {
    const { one } = await openPair(harness)
    const patch = await propose(one, { title: 'asked' })
    await propose(one, { title: 'other' })
    const lease = await takeLease(one)
    await one.park(lease, patch.patchId, 'approval', asked)
    await one.reenter(patch.patchId, { approved: true, by: 'ada' })
    await one.park(lease, patch.patchId, 'approval', asked)
    expect(await one.get(patch.patchId)).toMatchObject({ approved: false })
    expect(await claimTitles(one, lease)).toEqual(['other'])
  })

  it('rejects a patch that a person refuses, and takes one of two racing answers', async () => {
    const { one, two } = await openPair(harness)
    const patch = await propose(one)
    const lease = await takeLease(one)
    await one.park(lease, patch.patchId, 'approval', asked)
    const answers = await Promise.allSettled([
      one.reenter(patch.patchId, { approved: true, by: 'ada' }),
      two.reenter(patch.patchId, { approved: false, by: 'bob', note: 'no' }),
    ])
    expect(answers.map((answer) => answer.status).sort()).toEqual(['fulfilled', 'rejected'])
    const other = await propose(one)
    await one.park(lease, other.patchId, 'approval', asked)
    const refused = await one.reenter(other.patchId, { approved: false, by: 'bob', note: 'not now' })
    expect(refused).toMatchObject({ status: 'rejected', verdict: { code: 'APPROVAL_DENIED' } })
    expect(refused.verdict?.message).toContain('not now')
    await expect(one.reenter(other.patchId, { approved: true, by: 'ada' })).rejects.toMatchObject({
      code: 'PATCH_QUEUE_STATE',
    })
  })

  it('lets a patch that waited for the checkout go on in its old place, without approving it', async () => {
    const { one } = await openPair(harness)
    const patch = await propose(one, { title: 'overlap' })
    await propose(one, { title: 'undo', kind: 'undo' })
    const lease = await takeLease(one)
    await one.park(lease, patch.patchId, 'checkout', { ...asked, code: 'OVERLAP', overlaps: ['a.txt'] })
    const back = await one.reenter(patch.patchId, { approved: true, by: 'checkout' })
    expect(back).toMatchObject({ approved: false, status: 'queued', verdict: { overlaps: ['a.txt'] } })
    expect(await claimTitles(one, lease)).toEqual(['undo', 'overlap'])
  })

  it('pauses, drains and resumes one target without touching another', async () => {
    const { one, two } = await openPair(harness)
    await propose(one, { title: 'a' })
    const lease = await takeLease(one)
    expect(await two.pause(target)).toMatchObject({ mode: 'paused', queued: 1 })
    expect(await claimTitles(one, lease)).toEqual([])
    await propose(one, { title: 'b' })
    await two.drain(target)
    await expect(propose(one)).rejects.toMatchObject({ code: 'PATCH_QUEUE_DRAINING' })
    expect(await claimTitles(one, lease)).toEqual(['a', 'b'])
    await propose(one, { target: 'refs/heads/other' })
    expect(await two.resume(target)).toMatchObject({ mode: 'running', queued: 2 })
    await propose(one, { title: 'c' })
    expect(await claimTitles(one, lease)).toEqual(['a', 'b', 'c'])
  })
}
