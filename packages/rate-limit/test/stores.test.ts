import { randomUUID } from 'node:crypto'
import type { Clock } from '@patchlane/kernel'
import { ManualClock } from '@patchlane/kernel/testing'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { startRedis } from '../../../scripts/start-redis.ts'
import { amountsOf, MemoryQuotaStore, type QuotaStore, quotaSchema } from '../src/index.ts'
import { RedisQuotaStore } from '../src/redis/index.ts'
import { quotaStoreContract } from '../src/testing/index.ts'

const redis = await startRedis()
afterAll(() => redis?.stop())

describe('MemoryQuotaStore', () => {
  const stores = new Map<string, QuotaStore>()
  quotaStoreContract(
    { it, expect },
    {
      open: async (namespace, clock) => {
        const store = stores.get(namespace) ?? new MemoryQuotaStore({ clock })
        stores.set(namespace, store)
        return store
      },
    },
  )
})

describe.skipIf(redis === undefined)('RedisQuotaStore', () => {
  const clients: Redis[] = []
  const open = (namespace: string, clock?: Clock) => {
    const client = new Redis(redis?.socket ?? '')
    clients.push(client)
    return new RedisQuotaStore({ client, prefix: `${namespace}:`, ...(clock === undefined ? {} : { clock }) })
  }
  afterAll(() => {
    for (const client of clients) client.disconnect()
  })

  quotaStoreContract({ it, expect }, { open: async (namespace, clock) => open(namespace, clock) })

  it('follows the server’s clock', async () => {
    const store = open(randomUUID())
    const quota = quotaSchema.parse({ key: 'q', rates: { requests: { amount: 1, perMs: 50 } } })
    const take = (id: string) => store.reserve({ quota, id, amounts: amountsOf({}), ttlMs: 1000 })
    expect(await take('a')).toEqual({ granted: true })
    await expect.poll(() => take('b')).toEqual({ granted: true })
  })

  it('names Redis when it is gone', async () => {
    const store = new RedisQuotaStore({
      client: { eval: () => Promise.reject(new Error('gone')), evalsha: () => Promise.reject(new Error('gone')) },
    })
    const quota = quotaSchema.parse({ key: 'q' })
    await expect(store.usage(quota)).rejects.toMatchObject({ code: 'RATE_LIMIT_STORE_UNAVAILABLE', retryable: true })
  })

  it('answers every sequence of operations as the memory store does', async () => {
    const amount = fc.integer({ min: 0, max: 400 })
    const id = fc.integer({ min: 0, max: 12 }).map(String)
    const usage = fc.record({ inputTokens: amount, outputTokens: amount, money: amount })
    const step = fc.oneof(
      fc.record({ op: fc.constant('reserve' as const), id, usage, ttlMs: fc.integer({ min: 1, max: 90_000 }) }),
      fc.record({ op: fc.constant('settle' as const), id, usage, succeeded: fc.boolean() }),
      fc.record({ op: fc.constant('renew' as const), id, ttlMs: fc.integer({ min: 1, max: 90_000 }) }),
      fc.record({ op: fc.constant('freeze' as const), freezeMs: fc.integer({ min: 0, max: 9000 }) }),
      fc.record({ op: fc.constant('headers' as const), limit: fc.integer({ min: 1, max: 1500 }), remaining: amount }),
      fc.record({ op: fc.constant('time' as const), by: fc.double({ min: 0, max: 20_000, noNaN: true }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const clock = new ManualClock()
        const pair = [new MemoryQuotaStore({ clock }), open(randomUUID(), clock)] as const
        const quota = quotaSchema.parse({
          key: 'q',
          rates: { requests: { amount: 20 }, inputTokens: { amount: 1000, burst: 700 }, outputTokens: { amount: 900 } },
          concurrency: 6,
          budget: { amount: 2000, perMs: 60_000 },
        })
        const both = (run: (store: QuotaStore) => Promise<unknown>) => Promise.all(pair.map(run))
        for (const step of steps) {
          if (step.op === 'time') clock.advance(step.by)
          const [memory, server] = await both((store) => {
            if (step.op === 'reserve')
              return store.reserve({ quota, id: step.id, amounts: amountsOf(step.usage), ttlMs: step.ttlMs })
            if (step.op === 'settle')
              return store.settle({ quota, id: step.id, amounts: amountsOf(step.usage), succeeded: step.succeeded })
            if (step.op === 'renew') return store.renew({ quota, id: step.id, ttlMs: step.ttlMs })
            if (step.op === 'freeze') return store.tighten(quota, { freezeMs: step.freezeMs })
            if (step.op === 'headers')
              return store.tighten(quota, {
                resources: { inputTokens: { limit: step.limit, remaining: step.remaining } },
              })
            return store.usage(quota)
          })
          expect(server).toEqual(memory)
        }
      }),
      { numRuns: 60 },
    )
  })
})
