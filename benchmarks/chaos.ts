// Gateways of one queue, killed, frozen past their lease and cut off, as long as you like; the event log is judged after each round.
//
//   node --conditions=@patchlane/source benchmarks/chaos.ts [minutes] [seed]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenDatabaseOptions, openDatabase } from '@patchlane/database'
import { startPostgres } from '@patchlane/database/testing'
import { Pool } from 'pg'
import { runChaos } from '../packages/patch-queue/test/faults/run-chaos.ts'

const minutes = Number(process.argv[2] ?? 5)
const firstSeed = Number(process.argv[3] ?? 1)
const directory = mkdtempSync(join(tmpdir(), 'patchlane-chaos-'))
const server = await startPostgres()
const cutter = server === undefined ? undefined : new Pool({ connectionString: server.url, max: 1 })
// The server may stop while its connection is still being closed.
cutter?.on('connect', (client) => client.on('error', () => {}))
cutter?.on('error', () => {})
const totals = { rounds: 0, faults: 0, landed: 0, takeOvers: 0, violations: 0 }

async function round(seed: number, store: OpenDatabaseOptions): Promise<void> {
  const database = await openDatabase(store)
  try {
    const cutConnection = async () => {
      await cutter?.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'patchlane%' order by random() limit 1`,
      )
    }
    const options = 'url' in store ? cutConnection : undefined
    const report = await runChaos({ seed, store, database, patches: 100, faults: 25, cutConnection: options })
    totals.rounds++
    totals.faults += report.faults.kill + report.faults.freeze + report.faults.cut
    totals.landed += report.landed
    totals.takeOvers += report.takeOvers
    totals.violations += report.violations.length
    console.log(JSON.stringify({ engine: database.dialect, ...report }))
  } finally {
    await database.close()
  }
}

try {
  const until = performance.now() + minutes * 60_000
  for (let seed = firstSeed; performance.now() < until; seed++) {
    await round(seed, { file: join(directory, `${seed}.db`) })
    if (server !== undefined) await round(seed, { url: server.url, schema: `chaos_${seed}` })
  }
} finally {
  await cutter?.end()
  await server?.stop()
  rmSync(directory, { recursive: true, force: true })
}
// No violation in n patches: with 95 % confidence fewer than 3 / n are hit.
console.log({ ...totals, upperBound95: totals.violations === 0 ? 3 / totals.landed : undefined })
process.exitCode = totals.violations === 0 ? 0 : 1
