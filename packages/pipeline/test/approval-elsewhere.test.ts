import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { EventLog, openDatabase, type WakeUps } from '@patchlane/database'
import { openRedisWakeUps } from '@patchlane/database/redis'
import { startPostgres } from '@patchlane/database/testing'
import { Pool } from 'pg'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { startRedis } from '../../../scripts/start-redis.ts'
import { newFileDiff, ThrowawayRepository } from './support/throwaway-repository.ts'

const cli = join(import.meta.dirname, '../../../apps/cli/src/main.ts')
/** Far longer than the test: who looks by itself would come too late. */
const NEVER_MS = 3_600_000

const [server, redis] = [await startPostgres(), await startRedis()]
const pool = new Pool({ connectionString: server?.url ?? '', max: 1 })
// The server may stop while its connection is still being closed.
pool.on('connect', (client) => client.on('error', () => {}))
pool.on('error', () => {})
afterAll(async () => {
  await pool.end()
  await server?.stop()
  await redis?.stop()
})

const ways = [
  { way: 'LISTEN and NOTIFY', skip: server === undefined, redisUrl: '' },
  { way: 'Redis', skip: server === undefined || redis === undefined, redisUrl: redis?.socket ?? '' },
]

describe('An approval given in another process', () => {
  for (const { way, skip, redisUrl } of ways)
    it.skipIf(skip)(
      `wakes the gateway and whoever follows approvals, by ${way}`,
      async () => {
        vi.stubEnv('DATABASE_URL', server?.url ?? '')
        vi.stubEnv('REDIS_URL', redisUrl)
        onTestFinished(() => void vi.unstubAllEnvs())
        const repository = await ThrowawayRepository.create({ 'a.txt': `${way}\n` })
        onTestFinished(() => repository.dispose())
        const pipeline = await repository.open()
        const { patch } = await pipeline.propose({
          text: newFileDiff('.github/workflows/test.yml', ['on: push']),
          agent: 'robot',
        })
        const stop = new AbortController()
        const following = followApprovals(`approval:${patch.repoId}:${patch.target}`, redisUrl, stop.signal)
        const parked = Promise.withResolvers<void>()
        const landed = Promise.withResolvers<string[]>()
        const options = {
          signal: stop.signal,
          idleMs: NEVER_MS,
          onReport: ({ parked: waiting, settled }: Awaited<ReturnType<typeof pipeline.gate.once>>) => {
            if (waiting.length > 0) parked.resolve()
            if (settled.length > 0) landed.resolve(settled.map(({ status }) => status))
          },
        }
        const watching = pipeline.gate.watch(options)
        await parked.promise

        // An idle gateway leaves the server in peace: it does not connect anew to listen, and look, again and again.
        await pause(500)
        const before = await connections()
        await pause(1_000)
        expect((await connections()) - before).toBeLessThan(5)

        await promisify(execFile)(process.execPath, [
          ...['--conditions=@patchlane/source', cli, '-C', repository.directory],
          ...['approve', patch.patchId, '--yes', '--by', 'Ada'],
        ])
        expect(await landed.promise).toEqual(['landed'])
        expect(await following).toEqual(['approval.requested', 'approval.answered'])
        stop.abort()
        await watching
      },
      120_000,
    )
})

/** The types of the events, up to the answer. */
async function followApprovals(stream: string, redisUrl: string, signal: AbortSignal): Promise<string[]> {
  const wakeUps: { wakeUps?: WakeUps } = redisUrl === '' ? {} : { wakeUps: await openRedisWakeUps({ url: redisUrl }) }
  const database = await openDatabase({ url: server?.url ?? '', ...wakeUps })
  onTestFinished(() => database.close())
  const types: string[] = []
  for await (const { type } of new EventLog(database, { pollMs: NEVER_MS }).follow(stream, 0, signal)) {
    types.push(type)
    if (type === 'approval.answered') break
  }
  return types
}

/** How many there were since the server started, as far as it has counted. */
async function connections(): Promise<number> {
  const { rows } = await pool.query<{ sessions: string }>(
    'select sum(sessions) as sessions from pg_stat_database where datname = current_database()',
  )
  return Number(rows[0]?.sessions)
}
