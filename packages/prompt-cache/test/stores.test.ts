import { setTimeout as sleep } from 'node:timers/promises'
import { ManualClock } from '@patchlane/kernel/testing'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { startRedis } from '../../../scripts/start-redis.ts'
import { type CacheStore, MemoryCacheStore } from '../src/index.ts'
import { RedisCacheStore } from '../src/redis/index.ts'
import { cacheStoreContract } from '../src/testing/index.ts'

const redis = await startRedis()
afterAll(() => redis?.stop())

describe('MemoryCacheStore', () => {
  const clock = new ManualClock()
  const stores = new Map<string, CacheStore>()
  cacheStoreContract(
    { it, expect },
    {
      open: async (namespace) => {
        const store = stores.get(namespace) ?? new MemoryCacheStore({ clock })
        stores.set(namespace, store)
        return store
      },
      elapse: async (milliseconds) => clock.advance(milliseconds),
    },
  )

  it('stays within its size, dropping what was not used for longest', async () => {
    const store = new MemoryCacheStore({ maxBytes: 2500 })
    for (const key of ['a', 'b', 'c']) await store.set(key, 'x'.repeat(400), 1000)
    await store.get('a')
    await store.set('d', 'x'.repeat(400), 1000)
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await store.get(key)) !== undefined))).toEqual([
      true,
      false,
      true,
      true,
    ])
    await store.set('huge', 'x'.repeat(5000), 1000)
    expect(await store.get('huge')).toBeUndefined()
  })
})

describe.skipIf(redis === undefined)('RedisCacheStore', () => {
  const client = new Redis(redis?.socket ?? '', { lazyConnect: true })
  afterAll(() => client.disconnect())
  cacheStoreContract(
    { it, expect },
    { open: async (namespace) => new RedisCacheStore({ client, prefix: `${namespace}:` }), elapse: (ms) => sleep(ms) },
  )

  it('does not keep what is too large, nor the older text in its place', async () => {
    const store = new RedisCacheStore({ client, prefix: 'large:', maxTextBytes: 10 })
    await store.set('key', 'small', 1000)
    await store.set('key', 'x'.repeat(11), 1000)
    expect(await store.get('key')).toBeUndefined()
  })
})
