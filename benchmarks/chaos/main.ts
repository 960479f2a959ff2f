// Three gateway processes land patches on one checked-out branch while they are killed, frozen past their lease, cut off from the
// database, and die at named crash points; history, checkout, queue and event log are judged after each round.
//
//   node --conditions=@patchlane/source benchmarks/chaos/main.ts [--engine=sqlite] [--minutes=60] [--crashes=20] [--seed=1] [--only-crashes] [--summary=file]
//
// Goes on until the time is over *and* gateways died at each crash point so many times; with --only-crashes nothing else happens to them, and
// the points are gone through much faster. The summary is written after each round; started
// again with the same file, it goes on from there.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '@patchlane/database/testing'
import { Pool } from 'pg'
import { z } from 'zod'
import { crashPointNames } from '../../packages/pipeline/test/support/chaos/crash-points.ts'
import { runRound } from '../../packages/pipeline/test/support/chaos/run-round.ts'

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    minutes: { type: 'string', default: '60' },
    crashes: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string', default: '40' },
    'only-crashes': { type: 'boolean', default: false },
    summary: { type: 'string' },
  },
})

const counts = z.record(z.string(), z.number())
const summarySchema = z.object({
  engine: z.string(),
  nextSeed: z.number(),
  minutes: z.number(),
  rounds: z.number(),
  faults: counts,
  crashes: counts,
  proposed: z.number(),
  landed: z.number(),
  takeOvers: z.number(),
  survived: counts,
  violations: z.array(z.string()),
})

const { engine, summary: file } = values
const summary =
  file !== undefined && existsSync(file)
    ? summarySchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    : summarySchema.parse({
        ...{ engine, nextSeed: Number(values.seed), minutes: 0, rounds: 0, proposed: 0, landed: 0, takeOvers: 0 },
        ...{ faults: {}, crashes: {}, survived: {}, violations: [] },
      })

const directory = mkdtempSync(join(tmpdir(), 'patchlane-chaos-'))
const server = engine === 'postgres' ? await startPostgres() : undefined
if (engine === 'postgres' && server === undefined) throw new Error('There is no Postgres on this machine.')
const cutter = server === undefined ? undefined : new Pool({ connectionString: server.url, max: 1 })
// The server may stop while its connection is still being closed.
cutter?.on('connect', (client) => client.on('error', () => {}))
cutter?.on('error', () => {})

async function cutConnection(): Promise<void> {
  await cutter?.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'patchlane%' order by random() limit 1`,
  )
}

function add(into: Record<string, number>, from: Readonly<Record<string, number | undefined>>): void {
  for (const [name, count] of Object.entries(from)) into[name] = (into[name] ?? 0) + (count ?? 0)
}

let stopped = false
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => {
    stopped = true
    console.error('Stopping after this round.')
  })

const rarest = () => Math.min(...crashPointNames.map((name) => summary.crashes[name] ?? 0))

try {
  while (!stopped && (summary.minutes < Number(values.minutes) || rarest() < Number(values.crashes))) {
    const started = performance.now()
    const seed = summary.nextSeed
    const report = await runRound({
      ...{ seed, faults: Number(values.faults), crashes: summary.crashes, onlyCrashes: values['only-crashes'] },
      ...(server === undefined
        ? { store: { file: join(directory, `${seed}.db`) } }
        : { store: { url: server.url, schema: `chaos_${seed}` }, cutConnection }),
    })
    summary.nextSeed++
    summary.rounds++
    summary.minutes += (performance.now() - started) / 60_000
    summary.proposed += report.proposed
    summary.landed += report.landed
    summary.takeOvers += report.takeOvers
    add(summary.faults, report.faults)
    add(summary.crashes, report.crashes)
    add(summary.survived, report.survived)
    summary.violations.push(...report.violations.map((violation) => `seed ${seed}: ${violation}`))
    if (file !== undefined) writeFileSync(file, `${JSON.stringify(summary, null, 2)}\n`)
    console.log(JSON.stringify({ at: `${summary.minutes.toFixed(1)} min`, rarest: rarest(), ...report }))
    if (summary.violations.length > 20) break
  }
} finally {
  await cutter?.end()
  await server?.stop()
  rmSync(directory, { recursive: true, force: true })
}
const { landed, violations } = summary
// No violation in n patches: with 95 % confidence fewer than 3 / n are hit.
console.log(JSON.stringify({ ...summary, upperBound95: violations.length === 0 ? 3 / landed : null }, null, 2))
process.exitCode = violations.length === 0 ? 0 : 1
