import { randomUUID } from 'node:crypto'
import { type Clock, objectIdSchema, workspaceIdSchema } from '@patchlane/kernel'
import { ManualClock, type TestApi } from '@patchlane/kernel/testing'
import type { WorkspaceRecord } from '../workspace-record.ts'
import type { WorkspaceStore } from '../workspace-store.ts'

export interface WorkspaceStoreHarness {
  /** Handles opened with one namespace share data; other namespaces stay invisible. The store follows `clock`. */
  open(namespace: string, clock: Clock): Promise<WorkspaceStore>
}

function recordFixture(overrides: Partial<WorkspaceRecord> = {}): WorkspaceRecord {
  const id = workspaceIdSchema.parse(`ws-${randomUUID()}`)
  return {
    id,
    repoId: 'repo',
    home: 'machine:/root',
    directory: `/root/${id}`,
    status: 'leased',
    commit: objectIdSchema.parse('a'.repeat(40)),
    holder: 'run 1, "täsk"',
    process: { pid: 4242, startTime: '123456', bootId: 'boot' },
    children: [{ pid: 4243, startTime: '123457', bootId: 'boot' }],
    epoch: 1,
    createdAt: Date.UTC(2026, 0, 1, 0, 0, 0, 123),
    leasedAt: 1_800_000_000_001,
    heartbeatAt: 1_800_000_000_002,
    expiresAt: 1_800_000_000_003,
    sizeBytes: 3_000_000_000,
    rescueRef: 'refs/patchlane/rescue/x',
    ...overrides,
  }
}

/** What every {@link WorkspaceStore} has to do. */
export function workspaceStoreContract({ it, expect }: TestApi, harness: WorkspaceStoreHarness): void {
  const setUp = async () => {
    const clock = new ManualClock()
    const namespace = randomUUID()
    const stores = [await harness.open(namespace, clock), await harness.open(namespace, clock)] as const
    return { clock, stores, close: () => Promise.all(stores.map((store) => store.close())) }
  }

  it('gives a record back as it was put in, to every handle', async () => {
    const { stores, close } = await setUp()
    const [one, two] = stores
    const full = recordFixture()
    const bare = recordFixture({
      status: 'idle',
      commit: null,
      holder: null,
      process: null,
      children: [],
      leasedAt: null,
      heartbeatAt: null,
      expiresAt: null,
      sizeBytes: null,
      rescueRef: null,
      createdAt: full.createdAt + 1,
    })
    expect(await one.insert(bare, 10)).toBe(true)
    expect(await one.insert(full, 10)).toBe(true)
    expect(await two.get(full.id)).toEqual(full)
    expect(await two.list('repo')).toEqual([full, bare])
    expect(await two.list('other')).toEqual([])
    expect(await two.get('ws-none')).toBeUndefined()
    await close()
  })

  it('keeps to the limit of a home when handles race, and counts no other home', async () => {
    const { stores, close } = await setUp()
    await stores[0].insert(recordFixture({ home: 'elsewhere' }), 1)
    const added = await Promise.all(
      Array.from({ length: 20 }, (_, n) => stores[n % 2 === 0 ? 0 : 1].insert(recordFixture(), 7)),
    )
    expect(added.filter(Boolean)).toHaveLength(7)
    expect(await stores[1].list('repo')).toHaveLength(8)
    await close()
  })

  it('does not add an id twice', async () => {
    const { stores, close } = await setUp()
    const record = recordFixture()
    expect(await stores[0].insert(record, 10)).toBe(true)
    expect(await stores[1].insert({ ...record, holder: 'other' }, 10)).toBe(false)
    expect((await stores[1].get(record.id))?.holder).toBe(record.holder)
    await close()
  })

  it('gives a workspace to one of two racing handles', async () => {
    const { stores, close } = await setUp()
    for (let round = 0; round < 10; round++) {
      const record = recordFixture({ status: 'idle' })
      await stores[0].insert(record, 100)
      const results = await Promise.all(
        stores.map((store, n) => store.update(record.id, 1, { status: 'leased', holder: `handle ${n}`, epoch: 2 })),
      )
      const winners = results.filter((result) => result !== undefined)
      expect(winners).toHaveLength(1)
      expect(await stores[0].get(record.id)).toEqual(winners[0])
    }
    await close()
  })

  it('changes only what is named, and only at the right epoch', async () => {
    const { stores, close } = await setUp()
    const record = recordFixture()
    await stores[0].insert(record, 10)
    expect(await stores[1].update(record.id, 0, { holder: 'late' })).toBeUndefined()
    const heard = await stores[1].update(record.id, 1, { heartbeatAt: 5, children: [] })
    expect(heard).toEqual({ ...record, heartbeatAt: 5, children: [] })
    expect(await stores[0].update(record.id, 1, {})).toEqual(heard)
    expect(await stores[0].update('ws-none', 1, {})).toBeUndefined()
    await close()
  })

  it('removes at the right epoch only', async () => {
    const { stores, close } = await setUp()
    const record = recordFixture()
    await stores[0].insert(record, 10)
    expect(await stores[1].remove(record.id, 2)).toBe(false)
    expect(await stores[1].remove(record.id, 1)).toBe(true)
    expect(await stores[0].remove(record.id, 1)).toBe(false)
    expect(await stores[0].list('repo')).toEqual([])
    await close()
  })

  it('follows one clock', async () => {
    const { clock, stores, close } = await setUp()
    const before = await stores[0].now()
    clock.advance(1234)
    expect((await stores[1].now()) - before).toBe(1234)
    await close()
  })
}
