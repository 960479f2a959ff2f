import { randomUUID } from 'node:crypto'
import { runIdSchema } from '@patchlane/kernel'
import type { TestApi } from '@patchlane/kernel/testing'
import type { RunRecord, RunStore } from '../ports/run-store.ts'

export interface RunStoreHarness {
  /** Calls with one namespace share runs; other namespaces stay invisible. */
  open(namespace: string): Promise<RunStore>
}

/** What every {@link RunStore} guarantees. */
export function runStoreContract({ it, expect }: TestApi, harness: RunStoreHarness): void {
  const record = (overrides: Partial<RunRecord> = {}): RunRecord => ({
    runId: runIdSchema.parse(randomUUID()),
    target: 'refs/heads/main',
    title: 'Run',
    status: 'running',
    subtasks: 0,
    startedAt: 1_000,
    endedAt: null,
    ...overrides,
  })
  const minute = 60_000

  it('keeps a run as it was given, and changed', async () => {
    const store = await harness.open(randomUUID())
    const run = record()
    expect(await store.create(run, { runId: run.runId, holder: 'a', ttlMs: minute })).toBe(true)
    expect(await store.get(run.runId)).toEqual(run)
    const change = { title: 'Ten agents', status: 'finished', subtasks: 10, endedAt: 5_000 } as const
    await store.update(run.runId, change)
    expect(await store.get(run.runId)).toEqual({ ...run, ...change })
    await store.update(run.runId, { status: 'running', endedAt: null })
    expect(await store.get(run.runId)).toEqual({ ...run, ...change, status: 'running', endedAt: null })
  })

  it('forgets a run', async () => {
    const store = await harness.open(randomUUID())
    const [gone, kept] = [record(), record()]
    for (const run of [gone, kept]) await store.create(run, { runId: run.runId, holder: 'a', ttlMs: minute })
    await store.remove(gone.runId)
    expect(await store.list()).toEqual([kept])
    expect(await store.create(gone, { runId: gone.runId, holder: 'b', ttlMs: minute })).toBe(true)
  })

  it('takes an id once', async () => {
    const store = await harness.open(randomUUID())
    const run = record()
    await store.create(run, { runId: run.runId, holder: 'a', ttlMs: minute })
    const again = { ...run, title: 'Another' }
    expect(await store.create(again, { runId: run.runId, holder: 'b', ttlMs: minute })).toBe(false)
    expect((await store.get(run.runId))?.title).toBe('Run')
  })

  it('gives a run to one of two that race for it', async () => {
    const namespace = randomUUID()
    const stores = await Promise.all([harness.open(namespace), harness.open(namespace)])
    const run = record()
    await stores[0].create(run, { runId: run.runId, holder: 'first', ttlMs: minute })
    await stores[0].release(run.runId, 'first')
    const won = await Promise.all(
      stores.map((store, index) => store.claim({ runId: run.runId, holder: `racer-${index}`, ttlMs: minute })),
    )
    expect(won.filter(Boolean)).toHaveLength(1)
  })

  it('lets the holder renew, others not before its time is over', async () => {
    const store = await harness.open(randomUUID())
    const run = record()
    await store.create(run, { runId: run.runId, holder: 'a', ttlMs: minute })
    expect(await store.claim({ runId: run.runId, holder: 'a', ttlMs: minute })).toBe(true)
    expect(await store.claim({ runId: run.runId, holder: 'b', ttlMs: minute })).toBe(false)
    expect(await store.holder(run.runId)).toBe('a')
    await store.release(run.runId, 'b')
    expect(await store.claim({ runId: run.runId, holder: 'b', ttlMs: minute })).toBe(false)
    await store.claim({ runId: run.runId, holder: 'a', ttlMs: 0 })
    expect(await store.claim({ runId: run.runId, holder: 'b', ttlMs: minute })).toBe(true)
  })

  it('gives the claim of a dead holder to one of two, and only that one claim', async () => {
    const namespace = randomUUID()
    const stores = await Promise.all([harness.open(namespace), harness.open(namespace)])
    const run = record()
    await stores[0].create(run, { runId: run.runId, holder: 'dead', ttlMs: minute })
    const won = await Promise.all(
      stores.map((store, index) => {
        return store.claim({ runId: run.runId, holder: `heir-${index}`, ttlMs: minute, insteadOf: 'dead' })
      }),
    )
    expect(won.filter(Boolean)).toHaveLength(1)
    expect(await stores[0].holder(run.runId)).toBe(`heir-${won.indexOf(true)}`)
    await stores[0].release(run.runId, `heir-${won.indexOf(true)}`)
    expect(await stores[1].holder(run.runId)).toBeNull()
  })

  it('lists the newest first, and nothing of others', async () => {
    const store = await harness.open(randomUUID())
    const runs = [1_000, 3_000, 2_000].map((startedAt) => record({ startedAt }))
    for (const run of runs) await store.create(run, { runId: run.runId, holder: 'a', ttlMs: minute })
    expect((await store.list()).map(({ startedAt }) => startedAt)).toEqual([3_000, 2_000, 1_000])
    expect(await store.list({ limit: 1 })).toEqual([runs[1]])
    expect(await (await harness.open(randomUUID())).list()).toEqual([])
    expect(await store.get(runIdSchema.parse('nobody'))).toBeUndefined()
  })
}
