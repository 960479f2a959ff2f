import { randomUUID } from 'node:crypto'
import type { Clock } from '@patchlane/kernel'
import { ManualClock, type TestApi } from '@patchlane/kernel/testing'
import { amountsOf, type Quota, type QuotaInput, quotaSchema, type Usage } from '../quota.ts'
import type { QuotaStore } from '../quota-store.ts'

export interface QuotaStoreHarness {
  /** Handles opened with one namespace share their quotas; other namespaces stay invisible. The store follows `clock`. */
  open(namespace: string, clock: Clock): Promise<QuotaStore>
}

/** What every {@link QuotaStore} has to do. */
export function quotaStoreContract({ it, expect }: TestApi, harness: QuotaStoreHarness): void {
  const setUp = async (limits: Omit<QuotaInput, 'key'>) => {
    const clock = new ManualClock()
    const namespace = randomUUID()
    const stores = [await harness.open(namespace, clock), await harness.open(namespace, clock)] as const
    const quota = quotaSchema.parse({ key: 'quota', ...limits })
    let made = 0
    const take = (usage: Usage = {}, { store = stores[0], id = `r${++made}`, ttlMs = 60_000 } = {}) =>
      store.reserve({ quota, id, amounts: amountsOf(usage), ttlMs })
    const settle = (id: string, usage: Usage, succeeded = true) =>
      stores[1].settle({ quota, id, amounts: amountsOf(usage), succeeded })
    const close = () => Promise.all(stores.map((store) => store.close()))
    return { clock, stores, quota, take, settle, close }
  }

  it('lets a burst through, then the rate', async () => {
    const { clock, take, close } = await setUp({ rates: { requests: { amount: 60, burst: 2 } } })
    expect(await take()).toEqual({ granted: true })
    expect(await take()).toEqual({ granted: true })
    expect(await take()).toEqual({ granted: false, limitedBy: 'requests', retryAfterMs: 1000 })
    clock.advance(999)
    expect(await take()).toMatchObject({ granted: false, retryAfterMs: 1 })
    clock.advance(1)
    expect(await take()).toEqual({ granted: true })
    await close()
  })

  it('takes all or nothing', async () => {
    const { stores, quota, take, close } = await setUp({
      rates: { requests: { amount: 10 }, inputTokens: { amount: 100 }, outputTokens: { amount: 100 } },
    })
    await take({ inputTokens: 90, outputTokens: 10 })
    expect(await take({ inputTokens: 20, outputTokens: 10 })).toMatchObject({
      granted: false,
      limitedBy: 'inputTokens',
    })
    const { available, open } = await stores[1].usage(quota)
    expect(available.requests).toBeCloseTo(9, 3)
    expect(available.outputTokens).toBeCloseTo(90, 3)
    expect(open).toBe(1)
    await close()
  })

  it('never lets two racing handles take the same room', async () => {
    const { stores, take, close } = await setUp({ rates: { requests: { amount: 50 } }, concurrency: 40 })
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => take({}, { store: n % 2 === 0 ? stores[0] : stores[1] })),
    )
    expect(answers.filter((answer) => answer.granted)).toHaveLength(40)
    await close()
  })

  it('is idempotent on the id of an open reservation', async () => {
    const { stores, quota, take, close } = await setUp({ rates: { requests: { amount: 10 } } })
    await take({}, { id: 'same' })
    expect(await take({}, { id: 'same', store: stores[1] })).toEqual({ granted: true })
    expect((await stores[0].usage(quota)).available.requests).toBeCloseTo(9, 3)
    await close()
  })

  it('gives back what was reserved and not used, and takes what was used beyond', async () => {
    const { stores, quota, take, settle, close } = await setUp({ rates: { outputTokens: { amount: 1000 } } })
    await take({ outputTokens: 800 }, { id: 'less' })
    expect(await settle('less', { outputTokens: 100 })).toBe(true)
    expect((await stores[0].usage(quota)).available.outputTokens).toBeCloseTo(900, 2)
    await take({ outputTokens: 100 }, { id: 'more' })
    await settle('more', { outputTokens: 1500 })
    expect((await stores[0].usage(quota)).available.outputTokens).toBeCloseTo(-600, 2)
    expect(await settle('more', { outputTokens: 0 })).toBe(false)
    await close()
  })

  it('never gives back what time has given back already', async () => {
    const { clock, stores, quota, take, settle, close } = await setUp({ rates: { outputTokens: { amount: 60_000 } } })
    await take({ outputTokens: 10_000 }, { id: 'first' })
    clock.advance(30_000)
    await take({ outputTokens: 20_000 })
    await settle('first', { outputTokens: 0 })
    expect((await stores[0].usage(quota)).available.outputTokens).toBeCloseTo(40_000, 1)
    await close()
  })

  it('frees the place of a holder that died, but keeps its estimate charged', async () => {
    const { clock, stores, quota, take, settle, close } = await setUp({
      rates: { requests: { amount: 3, perMs: 3_600_000 } },
      concurrency: 1,
      budget: { amount: 100, perMs: 3_600_000 },
    })
    await take({ money: 60 }, { id: 'dead', ttlMs: 1000 })
    expect(await take({ money: 1 })).toMatchObject({ limitedBy: 'concurrency', retryAfterMs: 1000 })
    clock.advance(1000)
    expect(await take({ money: 50 })).toMatchObject({ granted: false, limitedBy: 'money' })
    expect(await take({ money: 40 })).toEqual({ granted: true })
    expect(await settle('dead', { money: 0 })).toBe(false)
    expect((await stores[0].usage(quota)).money).toBe(100)
    await close()
  })

  it('keeps a renewed reservation', async () => {
    const { clock, stores, quota, take, close } = await setUp({ concurrency: 1 })
    await take({}, { id: 'long', ttlMs: 1000 })
    clock.advance(900)
    expect(await stores[1].renew({ quota, id: 'long', ttlMs: 1000 })).toBe(true)
    clock.advance(900)
    expect(await take()).toMatchObject({ granted: false, limitedBy: 'concurrency' })
    clock.advance(100)
    expect(await stores[1].renew({ quota, id: 'long', ttlMs: 1000 })).toBe(false)
    await close()
  })

  it('holds the budget as a hard ceiling, window by window', async () => {
    const { clock, take, settle, close } = await setUp({ budget: { amount: 1000, perMs: 60_000 } })
    await take({ money: 700 }, { id: 'a', ttlMs: 600_000 })
    expect(await take({ money: 301 })).toMatchObject({ granted: false, limitedBy: 'money', retryAfterMs: 60_000 })
    await settle('a', { money: 200 })
    expect(await take({ money: 800 }, { id: 'b' })).toEqual({ granted: true })
    await settle('b', { money: 800 })
    clock.advance(60_000)
    expect(await take({ money: 1000 })).toEqual({ granted: true })
    expect(await take({ money: 1001 })).toEqual({ granted: false, limitedBy: 'money', retryAfterMs: null })
    await close()
  })

  it('says at once that a request is larger than the limit', async () => {
    const { take, close } = await setUp({ rates: { inputTokens: { amount: 100, burst: 50 } } })
    expect(await take({ inputTokens: 51 })).toEqual({ granted: false, limitedBy: 'inputTokens', retryAfterMs: null })
    await close()
  })

  it('stays frozen as long as the provider asks, then lets one probe through until it succeeds', async () => {
    const { clock, stores, quota, take, settle, close } = await setUp({ rates: { requests: { amount: 100 } } })
    await take({}, { id: 'before' })
    await stores[1].tighten(quota, { freezeMs: 5000 })
    await stores[1].tighten(quota, { freezeMs: 10 })
    expect(await take()).toEqual({ granted: false, limitedBy: 'frozen', retryAfterMs: 5000 })
    clock.advance(5000)
    await settle('before', {})
    expect(await take({}, { id: 'probe' })).toEqual({ granted: true })
    expect(await take()).toMatchObject({ granted: false, limitedBy: 'probe' })
    await settle('probe', {}, false)
    expect(await take({}, { id: 'probe 2' })).toEqual({ granted: true })
    await settle('probe 2', {})
    expect(await take()).toEqual({ granted: true })
    expect(await take()).toEqual({ granted: true })
    await close()
  })

  it('believes the provider when it sees less room, not when it sees more', async () => {
    const { stores, quota, take, close } = await setUp({ rates: { inputTokens: { amount: 1000 } } })
    await stores[0].tighten(quota, { resources: { inputTokens: { remaining: 300, limit: 5000 } } })
    expect((await stores[1].usage(quota)).available.inputTokens).toBeCloseTo(300, 2)
    await stores[0].tighten(quota, { resources: { inputTokens: { remaining: 900 } } })
    expect((await stores[1].usage(quota)).available.inputTokens).toBeCloseTo(300, 2)
    await stores[0].tighten(quota, { resources: { inputTokens: { limit: 200 } } })
    expect(await take({ inputTokens: 250 })).toEqual({ granted: false, limitedBy: 'inputTokens', retryAfterMs: null })
    await close()
  })

  it('keeps quotas with different keys apart', async () => {
    const { stores, quota, take, close } = await setUp({ rates: { requests: { amount: 1 } } })
    await take()
    const other: Quota = { ...quota, key: 'other' }
    expect(await stores[0].reserve({ quota: other, id: 'x', amounts: amountsOf({}), ttlMs: 1000 })).toEqual({
      granted: true,
    })
    await close()
  })
}
