import { randomUUID } from 'node:crypto'
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import type { TestApi } from '@patchlane/kernel/testing'

export interface SaverHarness {
  /** Calls with one namespace share checkpoints; other namespaces stay invisible. */
  open(namespace: string): Promise<BaseCheckpointSaver>
}

/**
 * What a run needs of a checkpoint saver beyond LangGraph's own conformance suite: two handles on one store, forks, exact bytes. Run both
 * suites over a saver.
 */
export function saverContract({ it, expect }: TestApi, harness: SaverHarness): void {
  const metadata = { source: 'loop', step: 0, parents: {} } as const
  const checkpoint = (n: number, values: Record<string, unknown>, versions: Record<string, number>) => ({
    v: 4,
    id: `00000000-0000-6000-8000-${String(n).padStart(12, '0')}`,
    ts: '2026-01-01T00:00:00.000Z',
    channel_values: values,
    channel_versions: versions,
    versions_seen: {},
  })
  const thread = (id = randomUUID()) => ({ configurable: { thread_id: id, checkpoint_ns: '' } })

  it('shows what one handle wrote to another', async () => {
    const namespace = randomUUID()
    const [one, two] = await Promise.all([harness.open(namespace), harness.open(namespace)])
    const config = thread()
    const at = await one.put(config, checkpoint(1, { a: 'x' }, { a: 1 }), metadata, { a: 1 })
    await two.putWrites(at, [['a', 'y']], 'task')
    const tuple = await one.getTuple(config)
    expect(tuple?.checkpoint.channel_values).toEqual({ a: 'x' })
    expect(tuple?.pendingWrites).toEqual([['task', 'a', 'y']])
  })

  it('keeps the first of two writes of one task, whichever handle is faster', async () => {
    const namespace = randomUUID()
    const [one, two] = await Promise.all([harness.open(namespace), harness.open(namespace)])
    const at = await one.put(thread(), checkpoint(1, {}, {}), metadata, {})
    await Promise.all([one.putWrites(at, [['a', 1]], 'task'), two.putWrites(at, [['a', 2]], 'task')])
    const [first, ...more] = (await one.getTuple(at))?.pendingWrites ?? []
    expect(more).toEqual([])
    await two.putWrites(at, [['a', 3]], 'task')
    expect((await one.getTuple(at))?.pendingWrites).toEqual([first])
  })

  it('returns writes in the order of their tasks, not of their coming', async () => {
    const saver = await harness.open(randomUUID())
    const at = await saver.put(thread(), checkpoint(1, {}, {}), metadata, {})
    await saver.putWrites(at, [['a', 'last']], 'task-a', '~__pregel_push, 2')
    await saver.putWrites(at, [['a', 'middle']], 'task-b', '~__pregel_push, 1')
    await saver.putWrites(at, [['a', 'first']], 'task-c')
    expect((await saver.getTuple(at))?.pendingWrites?.map(([, , value]) => value)).toEqual(['first', 'middle', 'last'])
  })

  it('carries values through checkpoints that did not change them, in forks too', async () => {
    const saver = await harness.open(randomUUID())
    const config = thread()
    const first = await saver.put(config, checkpoint(1, { a: 'A', b: 'B' }, { a: 1, b: 1 }), metadata, { a: 1, b: 1 })
    const second = await saver.put(first, checkpoint(2, { a: 'A', b: 'B2' }, { a: 1, b: 2 }), metadata, { b: 2 })
    const third = await saver.put(second, checkpoint(3, { a: 'A', b: 'B2' }, { a: 1, b: 2 }), metadata, {})
    // LangGraph forks by putting a copy beside the original: nothing is new, but the parent is another.
    const fork = await saver.put(first, checkpoint(4, { a: 'A', b: 'B2' }, { a: 1, b: 2 }), metadata, {})
    for (const at of [second, third, fork]) {
      expect((await saver.getTuple(at))?.checkpoint.channel_values).toEqual({ a: 'A', b: 'B2' })
    }
    expect((await saver.getTuple(first))?.checkpoint.channel_values).toEqual({ a: 'A', b: 'B' })
    expect((await saver.getTuple(config))?.checkpoint.id).toBe(checkpoint(4, {}, {}).id)
  })

  it('round-trips what JSON cannot say', async () => {
    const saver = await harness.open(randomUUID())
    const value = { bytes: new Uint8Array([0, 255, 128]), set: new Set([1]), text: 'é\u0000 \uD83D\uDE00' }
    const at = await saver.put(thread(), checkpoint(1, { value }, { value: 1 }), metadata, { value: 1 })
    expect((await saver.getTuple(at))?.checkpoint.channel_values).toEqual({ value })
  })

  it('forgets a thread whole, and no other', async () => {
    const saver = await harness.open(randomUUID())
    const [gone, kept] = [thread(), thread()]
    for (const config of [gone, kept]) {
      await saver.putWrites(await saver.put(config, checkpoint(1, {}, {}), metadata, {}), [['a', 1]], 'task')
    }
    await saver.deleteThread(gone.configurable.thread_id)
    expect(await saver.getTuple(gone)).toBeUndefined()
    expect((await saver.getTuple(kept))?.pendingWrites).toHaveLength(1)
  })
}
