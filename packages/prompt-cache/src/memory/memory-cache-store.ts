import { type Clock, systemClock } from '@patchlane/kernel'
import { LRUCache } from 'lru-cache'
import type { CacheStore } from '../cache-store.ts'

export interface MemoryCacheStoreOptions {
  /** All texts together, in bytes of memory; the least recently used goes first. @default 64 MiB */
  maxBytes?: number
  clock?: Clock
}

/** A cache in this process. */
export class MemoryCacheStore implements CacheStore {
  readonly #cache: LRUCache<string, string>

  constructor({ maxBytes = 64 * 1024 * 1024, clock = systemClock }: MemoryCacheStoreOptions = {}) {
    this.#cache = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (text, key) => 2 * (text.length + key.length),
      ttlResolution: 0,
      perf: { now: () => clock.now() },
    })
  }

  async get(key: string): Promise<string | undefined> {
    return this.#cache.get(key)
  }

  async set(key: string, text: string, ttlMs: number): Promise<void> {
    this.#cache.set(key, text, { ttl: ttlMs })
  }

  async delete(key: string): Promise<void> {
    this.#cache.delete(key)
  }

  async close(): Promise<void> {}
}
