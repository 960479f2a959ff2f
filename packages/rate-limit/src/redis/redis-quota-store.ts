import { createHash } from 'node:crypto'
import { type Clock, errorMessage } from '@patchlane/kernel'
import { z } from 'zod'
import { QuotaStoreError } from '../errors.ts'
import { type Quota, rateResources } from '../quota.ts'
import type {
  ProviderSignal,
  QuotaStore,
  QuotaUsage,
  ReserveAnswer,
  ReserveRequest,
  SettleRequest,
} from '../quota-store.ts'
import { quotaScript } from './quota-script.ts'

/** The part of an ioredis client we call. */
export interface RedisLike {
  eval(script: string, numberOfKeys: number, ...args: (string | number)[]): Promise<unknown>
  evalsha(digest: string, numberOfKeys: number, ...args: (string | number)[]): Promise<unknown>
}

export interface RedisQuotaStoreOptions {
  /** Borrowed from the caller, never closed here. */
  client: RedisLike
  /** Prepended to every key. @default 'patchlane:quota:' */
  prefix?: string
  /** Idle time after which a quota is forgotten, in milliseconds; longer than every window and freeze in use. @default 172_800_000 (two days) */
  idleTtlMs?: number
  /** Replaces the server's clock, for tests. All handles on one quota must share it. */
  clock?: Clock
}

const limitedBySchema = z.enum([...rateResources, 'money', 'concurrency', 'frozen', 'probe'])
const reserveReplySchema = z.union([
  z.tuple([z.literal('granted'), z.number()]),
  z.tuple([limitedBySchema, z.number()]),
])

/**
 * Quotas shared by every process that reaches one Redis (7 or later; a cluster too, since a quota is one key). Each operation is
 * one script call and uses the server's clock, so that clocks of machines do not matter.
 */
export class RedisQuotaStore implements QuotaStore {
  readonly #options: RedisQuotaStoreOptions
  readonly #digest = createHash('sha1').update(quotaScript).digest('hex')

  constructor(options: RedisQuotaStoreOptions) {
    this.#options = options
  }

  async reserve({ quota, ...request }: ReserveRequest): Promise<ReserveAnswer> {
    const [word, wait] = reserveReplySchema.parse(await this.#run('reserve', quota, request))
    if (word === 'granted') return { granted: true }
    return { granted: false, limitedBy: word, retryAfterMs: wait < 0 ? null : wait }
  }

  async settle({ quota, ...request }: SettleRequest): Promise<boolean> {
    return (await this.#run('settle', quota, request)) === 1
  }

  async renew({ quota, ...request }: { quota: Quota; id: string; ttlMs: number }): Promise<boolean> {
    return (await this.#run('renew', quota, request)) === 1
  }

  async tighten(quota: Quota, signal: ProviderSignal): Promise<void> {
    await this.#run('tighten', quota, signal)
  }

  async usage(quota: Quota): Promise<QuotaUsage> {
    const reply = z.array(z.coerce.string()).parse(await this.#run('usage', quota, {}))
    const values = new Map<string, number>()
    for (let index = 0; index + 1 < reply.length; index += 2) values.set(reply[index] ?? '', Number(reply[index + 1]))
    const available: QuotaUsage['available'] = {}
    for (const resource of rateResources) {
      const value = values.get(resource)
      if (value !== undefined) available[resource] = value
    }
    const [open = 0, money = 0, frozenMs = 0] = ['open', 'money', 'frozen'].map((name) => values.get(name))
    return { available, open, money, frozenMs }
  }

  async close(): Promise<void> {}

  async #run(operation: string, quota: Quota, request: object): Promise<unknown> {
    const { client, prefix = 'patchlane:quota:', idleTtlMs = 172_800_000, clock } = this.#options
    const now = clock === undefined ? '' : String(clock.now())
    const args = [prefix + quota.key, operation, now, idleTtlMs, JSON.stringify(quota), JSON.stringify(request)]
    try {
      return await client.evalsha(this.#digest, 1, ...args)
    } catch (error) {
      if (!errorMessage(error).startsWith('NOSCRIPT')) throw unavailable(error)
    }
    try {
      return await client.eval(quotaScript, 1, ...args)
    } catch (error) {
      throw unavailable(error)
    }
  }
}

function unavailable(cause: unknown): QuotaStoreError {
  return new QuotaStoreError(`Redis did not answer: ${errorMessage(cause)}`, {
    remedy: 'Check that Redis is running and reachable, then repeat the call.',
    cause,
  })
}
