import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpenDatabaseOptions } from '@patchlane/database'
import { startPostgres } from '@patchlane/database/testing'
import { Pool } from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { crashPointNames } from './support/chaos/crash-points.ts'
import { planTour, type TourNotes } from './support/chaos/crash-tour.ts'
import { handful, handfulTour } from './support/chaos/handful.ts'
import { runRound } from './support/chaos/run-round.ts'
import { seededRandom } from './support/seeded-random.ts'

const seed = Number(process.env.PATCHLANE_TEST_SEED ?? 20261123)

const directory = mkdtempSync(join(tmpdir(), 'patchlane-chaos-'))
const server = await startPostgres()
const cutter = new Pool({ connectionString: server?.url ?? '', max: 1, application_name: 'cutter' })
// The server may stop while its connection is still being closed.
cutter.on('connect', (client) => client.on('error', () => {}))
cutter.on('error', () => {})
afterAll(async () => {
  await cutter.end()
  await server?.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function cutConnection(): Promise<void> {
  await cutter.query(`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name like 'patchlane%' order by md5(pid::text || random()) limit 1
  `)
}

const engines: { engine: string; skip: boolean; store: OpenDatabaseOptions; cut?: typeof cutConnection }[] = [
  { engine: 'SQLite', skip: false, store: { file: join(directory, 'chaos.db') } },
  {
    engine: 'Postgres',
    skip: server === undefined,
    store: { url: server?.url ?? '', schema: 'chaos' },
    cut: cutConnection,
  },
]

describe('Three gateways under faults', () => {
  for (const { engine, skip, store, cut } of engines)
    it.skipIf(skip)(
      `lose nothing, land nothing twice or out of order, on ${engine} (seed ${seed})`,
      async () => {
        const notes: TourNotes = { took: {}, missed: [] }
        const report = await runRound(
          { seed, store, order: handfulTour[0], cutConnection: cut, patience: 60_000 },
          (on) => handful(on, notes),
        )
        expect(report.violations).toEqual([])
        expect(notes.missed).toEqual([])
        expect(report).toMatchObject({
          landed: report.proposed,
          faults: { crash: handfulTour.length, kill: 1, freeze: 2, cut: cut === undefined ? 0 : 3 },
        })
      },
      300_000,
    )
})

describe('A tour of the crash points', () => {
  it('comes to each, and is the same for the same seed', () => {
    const tour = planTour(crashPointNames, seededRandom(seed))
    expect(tour).toEqual(planTour(crashPointNames, seededRandom(seed)))
    expect(new Set(tour.map(({ point }) => point))).toEqual(new Set(crashPointNames))
  })
})
