import { errorMessage } from '@patchlane/kernel'
import type { CacheStore } from '../cache-store.ts'
import { CacheStoreError } from '../errors.ts'

/** The part of an ioredis client we call. */
export interface RedisLike {
  get(key: string): Promise<string | null>
  set(key: string, value: string, unit: 'PX', milliseconds: number): Promise<unknown>
  del(key: string): Promise<unknown>
}

export interface RedisCacheStoreOptions {
  /** Borrowed from the caller, never closed here. Bound its memory on the server: `maxmemory` with `allkeys-lru`. */
  client: RedisLike
  /** Prepended to every key. @default 'patchlane:prompt:' */
  prefix?: string
  /** Larger texts are not kept, in bytes. @default 4 MiB */
  maxTextBytes?: number
}

/** A cache shared by every process that reaches one Redis. */
export class RedisCacheStore implements CacheStore {
  readonly #client: RedisLike
  readonly #prefix: string
  readonly #maxTextBytes: number

  constructor({ client, prefix = 'patchlane:prompt:', maxTextBytes = 4 * 1024 * 1024 }: RedisCacheStoreOptions) {
    this.#client = client
    this.#prefix = prefix
    this.#maxTextBytes = maxTextBytes
  }

  get(key: string): Promise<string | undefined> {
    return translated(async () => (await this.#client.get(this.#prefix + key)) ?? undefined)
  }

  set(key: string, text: string, ttlMs: number): Promise<void> {
    return translated(async () => {
      if (Buffer.byteLength(text) > this.#maxTextBytes) await this.#client.del(this.#prefix + key)
      else await this.#client.set(this.#prefix + key, text, 'PX', Math.max(1, Math.round(ttlMs)))
    })
  }

  delete(key: string): Promise<void> {
    return translated(async () => void (await this.#client.del(this.#prefix + key)))
  }

  async close(): Promise<void> {}
}

async function translated<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    throw new CacheStoreError(`Redis did not answer: ${errorMessage(cause)}`, { cause })
  }
}
