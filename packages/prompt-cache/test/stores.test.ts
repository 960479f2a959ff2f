import { mkdtempSync, statSync } from 'node:fs'
import { readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ManualClock } from '@patchlane/kernel/testing'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { startRedis } from '../../../scripts/start-redis.ts'
import { FileCacheStore } from '../src/files/index.ts'
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

describe('FileCacheStore', () => {
  const clock = new ManualClock()
  const root = mkdtempSync(join(tmpdir(), 'patchlane-cache-'))
  afterAll(() => rm(root, { recursive: true }))
  cacheStoreContract(
    { it, expect },
    {
      open: async (namespace) => new FileCacheStore({ directory: join(root, namespace), clock }),
      elapse: async (milliseconds) => clock.advance(milliseconds),
    },
  )

  it('stays within its size, dropping what was used longest ago', async () => {
    const directory = join(root, 'small')
    const store = () => new FileCacheStore({ directory, maxBytes: 3000 })
    const ages = { used: 400, old: 300, young: 100 }
    for (const [key, seconds] of Object.entries(ages)) {
      await store().set(key, 'x'.repeat(800), 60_000)
      const names = await readdir(directory)
      const newest = names
        .map((name) => join(directory, name))
        .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
      const then = Date.now() / 1000 - seconds
      await utimes(newest[0] ?? '', then, then)
    }
    expect(await store().get('used')).toBeDefined()
    await store().set('new', 'x'.repeat(800), 60_000)
    const known = await Promise.all([...Object.keys(ages), 'new'].map((key) => store().get(key)))
    expect(known.map((text) => text !== undefined)).toEqual([true, false, true, true])
    await store().set('new', 'x'.repeat(5000), 60_000)
    expect(await store().get('new')).toBeUndefined()
  })

  it('takes a torn or foreign file for none, and is closed to others', async () => {
    const directory = join(root, 'torn')
    const store = new FileCacheStore({ directory })
    await store.set('key', 'text', 60_000)
    const [name = ''] = await readdir(directory)
    expect(statSync(directory).mode & 0o077).toBe(0)
    expect(statSync(join(directory, name)).mode & 0o077).toBe(0)
    await writeFile(join(directory, name), '{"key":"key","until":9e15,"te')
    expect(await store.get('key')).toBeUndefined()
    await store.set('key', 'again', 60_000)
    expect(await store.get('key')).toBe('again')
  })

  it('says so when the folder cannot be used', async () => {
    const file = join(root, 'a file')
    await writeFile(file, '')
    const store = new FileCacheStore({ directory: file })
    await expect(store.set('key', 'text', 1000)).rejects.toMatchObject({ code: 'PROMPT_CACHE_STORE_UNAVAILABLE' })
    await expect(store.get('key')).rejects.toMatchObject({ code: 'PROMPT_CACHE_STORE_UNAVAILABLE' })
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
