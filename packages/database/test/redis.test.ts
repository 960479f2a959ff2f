import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { startRedis } from '../../../scripts/start-redis.ts'
import { EventLog } from '../src/index.ts'
import { openRedisWakeUps, type RedisWakeUps } from '../src/redis/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { wakeUpsContract } from '../src/testing/index.ts'

const redis = await startRedis()
const opened: RedisWakeUps[] = []
const open = async (channel: string, url = redis?.socket ?? '', onAway = () => {}) => {
  const wakeUps = await openRedisWakeUps({ url, channel, onAway })
  opened.push(wakeUps)
  return wakeUps
}
afterAll(async () => {
  for (const wakeUps of opened) await wakeUps.close()
  await redis?.stop()
})

describe.skipIf(redis === undefined)('RedisWakeUps', () => {
  wakeUpsContract({ it, expect }, { open: (namespace) => open(namespace) })
})

describe('RedisWakeUps without a server', () => {
  it('says once that Redis is away, and followers go on by polling', async () => {
    let said = 0
    const wakeUps = await open(randomUUID(), '/nowhere/redis.sock', () => {
      said++
    })
    const database = await openSqlite({ file: ':memory:', wakeUps })
    const log = new EventLog(database, { pollMs: 50 })
    const append = (subject: string) =>
      database.transaction((trx) => log.append(trx, [{ stream: 's', type: 'test.made', subject }]))
    const stop = new AbortController()
    const seen: string[] = []
    const following = (async () => {
      for await (const event of log.follow('s', 0, stop.signal)) {
        seen.push(event.subject)
        if (seen.length === 3) stop.abort()
      }
    })()
    for (const subject of ['a', 'b', 'c']) {
      await append(subject)
      await new Promise((resolve) => setTimeout(resolve, 120))
    }
    await following
    expect(seen).toEqual(['a', 'b', 'c'])
    expect(said).toBe(1)
    await database.close()
  })
})
