import { errorMessage } from '@patchlane/kernel'
import { DatabaseDriverError } from '../errors.ts'
import { RedisWakeUps, type RedisWakeUpsOptions } from './redis-wake-ups.ts'

export interface RedisWakeUpsUrlOptions extends Pick<RedisWakeUpsOptions, 'channel' | 'onAway'> {
  /** `redis://…` or `rediss://…`, or the path of a socket. */
  url: string
}

const LONGEST_PAUSE_MS = 5000

/** Wake-ups over a Redis server. Never waits for it: while it is away, whoever waits polls. */
export async function openRedisWakeUps({ url, ...options }: RedisWakeUpsUrlOptions): Promise<RedisWakeUps> {
  const { Redis } = await loadDriver()
  return new RedisWakeUps({
    ...options,
    createClient: () =>
      new Redis(url, {
        // A message that cannot be sent now is of no use later.
        maxRetriesPerRequest: 0,
        retryStrategy: (attempt) => Math.min(attempt * 100, LONGEST_PAUSE_MS),
        autoResubscribe: false,
      }),
  })
}

async function loadDriver(): Promise<Pick<typeof import('ioredis'), 'Redis'>> {
  try {
    return await import('ioredis')
  } catch (error) {
    throw new DatabaseDriverError(`The driver ioredis cannot be loaded: ${errorMessage(error)}.`, {
      cause: error,
      remedy: 'Install ioredis 6.0.0 or newer beside @patchlane/database.',
    })
  }
}
