import { randomUUID } from 'node:crypto'
import type { StoredEvent } from '@patchlane/kernel'
import { ManualClock, patchFixture, type TestApi, versionOf } from '@patchlane/kernel/testing'
import { patchStream } from '../patch-queue.ts'
import { failed, land, openPair, propose, takeLease, target } from './queue-fixture.ts'
import type { QueueHarness } from './queue-harness.ts'

/** What is kept: contents, events, history, and what is forgotten. */
export function recordCases({ it, expect }: TestApi, harness: QueueHarness): void {
  it('keeps a patch to the byte, with every kind of change', async () => {
    const { one, two } = await openPair(harness)
    const bytes = Uint8Array.from({ length: 256 }, (_, n) => n)
    const patch = patchFixture({
      title: 'Nul \0, lone \ud800, emoji 👩‍🚀',
      description: '\0',
      author: { agent: 'a\0b', runId: 'run-1', subtaskId: 's', attempt: 2 },
      changes: [
        { kind: 'create', path: 'z.bin', after: versionOf(bytes, '100755') },
        { kind: 'modify', path: 'é/a.txt', before: versionOf(''), after: versionOf('\r\n\uFEFF') },
        { kind: 'delete', path: 'link', before: versionOf('to', '120000') },
        { kind: 'rename', path: 'b', from: 'a', before: versionOf('x'), after: versionOf('x') },
      ],
      readSet: { paths: ['a'], complete: true },
    })
    const ticket = await one.propose(patch)
    expect(ticket.patch).toEqual(patch)
    expect(await two.get(patch.patchId)).toEqual(ticket)
    expect(await two.list({ runId: 'run-1' })).toEqual([ticket])
    expect(await two.get(randomUUID())).toBeUndefined()
    const lease = await takeLease(two)
    // Read from the store, and then from what the handle remembers.
    expect(await two.claim(lease, 3)).toEqual([ticket])
    expect(await two.claim(lease, 3)).toEqual([ticket])
  })

  it('refuses a malformed patch and keeps nothing of it', async () => {
    const { one } = await openPair(harness)
    const patch = patchFixture()
    await expect(one.propose({ ...patch, changes: [] })).rejects.toMatchObject({ code: 'KERNEL_INVALID_INPUT' })
    expect(await one.list()).toEqual([])
    expect(await one.events({ stream: patchStream(target), after: 0 })).toEqual([])
  })

  it('writes one event for each move, in order, without a gap', async () => {
    const { one, two } = await openPair(harness)
    const stop = new AbortController()
    const followed: StoredEvent[] = []
    const following = (async () => {
      for await (const event of two.follow(patchStream(target), 0, stop.signal)) {
        followed.push(event)
        if (event.type === 'patch.rejected') stop.abort()
      }
    })()
    const [a, b] = [await propose(one), await propose(one)]
    const lease = await takeLease(one)
    await land(one, lease, a.patchId)
    await expect(one.move(lease, a.patchId, 'staged')).rejects.toThrow()
    await one.settle(lease, b.patchId, failed)
    await following
    const events = await one.events({ stream: patchStream(target), after: 0 })
    expect(followed).toEqual(events)
    expect(events.map((event) => [event.seq, event.type, event.subject])).toEqual([
      [1, 'patch.queued', a.patchId],
      [2, 'patch.queued', b.patchId],
      [3, 'target.leased', target.target],
      [4, 'patch.staged', a.patchId],
      [5, 'patch.checking', a.patchId],
      [6, 'patch.landed', a.patchId],
      [7, 'patch.rejected', b.patchId],
    ])
    expect(events[5]?.data).toMatchObject({ from: 'checking', to: 'landed', landedCommit: 'c'.repeat(40), epoch: 1 })
    expect(await one.events({ stream: patchStream(target), after: 5 })).toEqual(events.slice(5))
    expect(await one.events({ stream: patchStream(target), after: 0, limit: 2 })).toEqual(events.slice(0, 2))
    expect(await one.events({ after: 0 })).toEqual(events)
  })

  it('lists by place, status and page', async () => {
    const { one, clock } = await openPair(harness)
    for (const title of ['a', 'b', 'c', 'd']) {
      await propose(one, { title })
      clock.advance(1)
    }
    const titles = async (options: Parameters<typeof one.list>[0]) =>
      (await one.list(options)).map((entry) => entry.patch.title)
    expect(await titles({ target: target.target, limit: 2 })).toEqual(['a', 'b'])
    expect(await titles({ target: target.target, afterSeq: 2 })).toEqual(['c', 'd'])
    expect(await titles({ latestFirst: true, limit: 3 })).toEqual(['d', 'c', 'b'])
    expect(await titles({ status: ['staged', 'landed'] })).toEqual([])
    expect(await titles({ repoId: 'other' })).toEqual([])
    expect(await titles({ status: 'queued', repoId: 'repo' })).toEqual(['a', 'b', 'c', 'd'])
    const [a] = await one.list({ limit: 1 })
    expect(await titles({ idPrefix: a?.patch.patchId.slice(0, 13) ?? '' })).toEqual(['a'])
    expect(await titles({ idPrefix: '%' })).toEqual([])
  })

  it('counts the patches of a target by status', async () => {
    const { one, two } = await openPair(harness)
    const patches = [await propose(one), await propose(one), await propose(one)]
    await propose(one, { target: 'refs/heads/other' })
    const lease = await takeLease(one)
    for (const { patchId } of patches.slice(0, 2)) await land(one, lease, patchId)
    expect(Object.fromEntries(await two.tally(target))).toEqual({ queued: 1, landed: 2 })
    expect(await two.state(target)).toMatchObject({ queued: 1, inHand: 0, parked: 0 })
  })

  it('erases the contents of a settled patch and keeps its record', async () => {
    const { one, two } = await openPair(harness)
    const patch = await propose(one)
    await expect(one.erase(patch.patchId)).rejects.toMatchObject({ code: 'PATCH_QUEUE_STATE' })
    const lease = await takeLease(one)
    await land(one, lease, patch.patchId)
    await one.erase(patch.patchId)
    const erased = await two.get(patch.patchId)
    expect(erased?.erasedAt).not.toBeNull()
    const [change] = erased?.patch.changes ?? []
    if (change?.kind !== 'modify') throw new TypeError()
    expect([change.before.content.length, change.after.content.length]).toEqual([0, 0])
    expect(change.after.oid).toBe(versionOf('new\n').oid)
  })

  it('forgets what was settled long ago, and keeps what others depend on', async () => {
    const { one, clock } = await openPair(harness)
    const a = await propose(one)
    const dependant = await propose(one, { dependsOn: [a.patchId] })
    const lonely = await propose(one)
    const lease = await takeLease(one)
    for (const { patchId } of [a, lonely]) await land(one, lease, patchId)
    clock.advance(1000)
    const settledBefore = clock.now()
    expect(await one.retain({ settledBefore: settledBefore - 1000, forget: 'contents' })).toBe(0)
    expect(await one.retain({ settledBefore, forget: 'contents' })).toBe(2)
    expect(await one.retain({ settledBefore, forget: 'contents' })).toBe(0)
    expect(await one.retain({ settledBefore, forget: 'records' })).toBe(1)
    expect(await one.get(lonely.patchId)).toBeUndefined()
    expect((await one.get(a.patchId))?.status).toBe('landed')
    expect((await one.claim(lease, 5)).map((entry) => entry.patch.patchId)).toEqual([dependant.patchId])
  })

  it('closes twice without harm', async () => {
    const { one } = await openPair(harness)
    await one.close()
    await one.close()
  })

  it.skipIf(!harness.survivesRestart)('is all there after a restart', async () => {
    const namespace = randomUUID()
    const clock = new ManualClock()
    const before = await harness.open(namespace, clock)
    const patch = await propose(before, { title: 'stays' })
    const lease = await takeLease(before)
    await before.move(lease, patch.patchId, 'staged')
    const expected = await before.get(patch.patchId)
    await before.close()
    const after = await harness.open(namespace, clock)
    expect(await after.get(patch.patchId)).toEqual(expected)
    expect((await after.state(target)).lease).toMatchObject({ owner: 'gateway', epoch: 1 })
  })
}
