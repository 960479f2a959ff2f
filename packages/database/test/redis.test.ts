import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
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

describe.skipIf(redis === undefined)('RedisWakeUps whose server dies', () => {
  it('goes on by polling, says so once, and is woken again when the server is back', async () => {
    const server = await startRedis()
    if (server === undefined) return
    onTestFinished(() => server.stop())
    const channel = randomUUID()
    const said = { writer: 0, reader: 0 }
    const writer = await open(channel, server.socket, () => said.writer++)
    const reader = await open(channel, server.socket, () => said.reader++)
    // Two handles on one store that hear of each other through Redis alone.
    const file = join(mkdtempSync(join(tmpdir(), 'patchlane-redis-test-')), 'a.db')
    const [writing, reading] = [
      await openSqlite({ file, wakeUps: writer }),
      await openSqlite({ file, wakeUps: reader }),
    ]
    onTestFinished(async () => {
      await Promise.all([writing.close(), reading.close()])
      rmSync(dirname(file), { recursive: true, force: true })
    })
    const stop = new AbortController()
    const follow = (pollMs: number) => {
      const seen: string[] = []
      const ended = (async () => {
        for await (const { subject } of new EventLog(reading, { pollMs }).follow('s', 0, stop.signal))
          seen.push(subject)
      })()
      return { seen, ended }
    }
    // One looks by itself; the other is never through with its pause and depends on being woken.
    const [polling, woken] = [follow(50), follow(3_600_000)]
    const log = new EventLog(writing)
    const append = (subject: string) =>
      writing.transaction((trx) => log.append(trx, [{ stream: 's', type: 'test.made', subject }]))
    let wakes = 0
    reader.listen('probe', () => wakes++)
    const isConnected = async () => {
      const before = wakes
      writer.notify('probe')
      await expect.poll(() => wakes, { timeout: 500, interval: 10 }).toBeGreaterThan(before)
    }

    await expect.poll(isConnected, { timeout: 20_000 }).toBeUndefined()
    await append('before')
    await expect.poll(() => woken.seen, { timeout: 20_000 }).toEqual(['before'])

    await server.die()
    for (const subject of ['away 1', 'away 2', 'away 3']) await append(subject)
    await expect.poll(() => polling.seen.length, { timeout: 20_000 }).toBe(4)
    await expect.poll(() => said, { timeout: 20_000 }).toEqual({ writer: 1, reader: 1 })
    expect(woken.seen).toEqual(['before'])

    await server.comeBack()
    // Who subscribes anew looks for what came meanwhile.
    await expect.poll(() => woken.seen.length, { timeout: 20_000 }).toBe(4)
    await expect.poll(isConnected, { timeout: 20_000 }).toBeUndefined()
    await append('after')
    await expect.poll(() => woken.seen.at(-1), { timeout: 20_000 }).toBe('after')
    expect(polling.seen).toEqual(woken.seen)
    expect(said).toEqual({ writer: 1, reader: 1 })

    await server.die()
    await expect
      .poll(
        () => {
          writer.notify('probe')
          return said
        },
        { timeout: 20_000 },
      )
      .toEqual({ writer: 2, reader: 2 })
    stop.abort()
    await Promise.all([polling.ended, woken.ended])
  }, 120_000)
})
