import { setTimeout as pause } from 'node:timers/promises'
import { EventLog, openDatabase } from '@patchlane/database'
import { startPostgres } from '@patchlane/database/testing'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { runRound } from './support/chaos/run-round.ts'
import { smallDisk } from './support/small-disk.ts'

const FULL_MS = 2_000

const disk = await smallDisk(192)
// Little that is set aside, so that full is full.
const settings = ['min_wal_size=32MB', 'max_wal_size=48MB']
const server = disk === undefined ? undefined : await startPostgres({ directory: disk.directory, settings })
afterAll(async () => {
  await server?.stop()
  await disk?.remove()
})

describe.skipIf(server === undefined)('Postgres whose disk is full', () => {
  it('says so clearly, loses nothing, and goes on when there is room again', async () => {
    const store = { url: server?.url ?? '', schema: 'full' }
    const database = await openDatabase(store)
    onTestFinished(() => database.close())
    const log = new EventLog(database)
    const kept: string[] = []
    const append = async () => {
      const subject = `${kept.length}`
      const data = { bulk: 'x'.repeat(4_000) }
      await database.transaction((trx) => log.append(trx, [{ stream: 's', type: 'test.made', subject, data }]))
      kept.push(subject)
    }
    const report = await runRound({ seed: 1, store, patience: 60_000 }, async (on) => {
      expect(await on.progress(60_000)).toBe(true)
      await disk?.fill()
      let refused: unknown
      while (refused === undefined) await append().catch((thrown: unknown) => (refused = thrown))
      expect(refused).toMatchObject({
        code: 'DATABASE_FULL',
        retryable: true,
        message: expect.stringContaining('out of space'),
        remedy: expect.stringContaining('Free space'),
      })
      await pause(FULL_MS)
      await disk?.free()
      await append()
      expect(await on.progress(60_000)).toBe(true)
    })
    expect(report.violations).toEqual([])
    expect(report.landed).toBe(report.proposed)
    const events = await log.read({ stream: 's', limit: kept.length + 1 })
    expect(events.map(({ subject }) => subject)).toEqual(kept)
    expect(events.map(({ seq }) => seq)).toEqual(kept.map((_, index) => index + 1))
  }, 240_000)
})
