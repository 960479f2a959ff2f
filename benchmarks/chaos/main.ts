// Three gateway processes land patches on one checked-out branch while they are killed, frozen past their lease, cut off from the
// database, and die at named crash points; history, checkout, queue and event log are judged after each round.
//
//   node --conditions=@patchlane/source benchmarks/chaos/main.ts [--engine=sqlite|postgres] [--minutes=60] [--seed=1] [--summary=file]
//   node --conditions=@patchlane/source benchmarks/chaos/main.ts --only-crashes [--times=20] [--engine=sqlite|postgres] [--seed=1] [--summary=file]
//
// The first goes on until the time is over. The second does nothing but let one gateway after the other die, each at the point it is told,
// until that happened so often at each point, or a point could not be reached three times. A round is the same each time for the same
// seed and points. The summary is written after each round; started again with the same file, it goes on from there.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '@patchlane/database/testing'
import { Pool } from 'pg'
import { z } from 'zod'
import { type CrashPointName, crashPointNames } from '../../packages/pipeline/test/support/chaos/crash-points.ts'
import { crashTour, planTour, type TourNotes } from '../../packages/pipeline/test/support/chaos/crash-tour.ts'
import { mixedFaults } from '../../packages/pipeline/test/support/chaos/mixed-faults.ts'
import { type RoundOptions, type RoundReport, runRound } from '../../packages/pipeline/test/support/chaos/run-round.ts'
import { seededRandom } from '../../packages/pipeline/test/support/seeded-random.ts'

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    minutes: { type: 'string', default: '60' },
    times: { type: 'string', default: '20' },
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
  /** From one death to the next, in milliseconds, by the point of the latter. */
  crashMs: counts.default({}),
  /** What was seen each time that a point was not reached. */
  missed: z.record(z.string(), z.array(z.string())).default({}),
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

if (summary.engine !== engine) throw new Error(`The summary is of ${summary.engine}.`)

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

const times = Number(values.times)
const MISSES = 3
const PATIENCE_MS = 30_000
/** Longer than a death is waited for: nobody takes the target but from the dead. */
const TOUR_LEASE_MS = 60_000

/** Points at which not enough gateways died, and that can be reached. */
function open(): CrashPointName[] {
  return crashPointNames.filter(
    (name) => (summary.crashes[name] ?? 0) < times && (summary.missed[name] ?? []).length < MISSES,
  )
}

function isOver(): boolean {
  if (stopped || summary.violations.length > 20) return true
  return values['only-crashes'] ? open().length === 0 : summary.minutes >= Number(values.minutes)
}

/** Twice over all points at which not enough gateways died. */
async function tourRound(round: RoundOptions): Promise<RoundReport & { missed: TourNotes['missed'] }> {
  const random = seededRandom(round.seed)
  const once = open()
  const again = once.filter((name) => (summary.crashes[name] ?? 0) + 1 < times)
  const tour = [...planTour(once, random), ...planTour(again, random)]
  const notes: TourNotes = { took: {}, missed: [] }
  const report = await runRound(
    { ...round, leaseMs: TOUR_LEASE_MS, order: tour[0] },
    crashTour(tour, notes, PATIENCE_MS),
  )
  add(summary.crashMs, notes.took)
  for (const { point, why } of notes.missed) summary.missed[point] = [...(summary.missed[point] ?? []), why]
  return { ...report, missed: notes.missed }
}

function table(): string {
  const rows = crashPointNames.map((name) => {
    const deaths = summary.crashes[name] ?? 0
    const ms = summary.crashMs[name]
    const seconds = ms === undefined ? '' : (ms / deaths / 1_000).toFixed(2)
    return [name, `${deaths}`, seconds, (summary.missed[name] ?? []).join('; ')]
  })
  return [['crash point', 'deaths', 'seconds each', 'not reached'], ...rows]
    .map(([name = '', deaths = '', seconds = '', missed = '']) =>
      [name.padEnd(42), deaths.padStart(6), seconds.padStart(12), ` ${missed}`].join(' ').trimEnd(),
    )
    .join('\n')
}

try {
  while (!isOver()) {
    const started = performance.now()
    const seed = summary.nextSeed
    const round = {
      seed,
      ...(server === undefined
        ? { store: { file: join(directory, `${seed}.db`) } }
        : { store: { url: server.url, schema: `chaos_${seed}` }, cutConnection }),
    }
    const report = values['only-crashes']
      ? await tourRound(round)
      : await runRound(round, mixedFaults(Number(values.faults), summary.crashes))
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
    console.log(JSON.stringify({ at: `${summary.minutes.toFixed(1)} min`, ...report }))
  }
} finally {
  await cutter?.end()
  await server?.stop()
  rmSync(directory, { recursive: true, force: true })
}
const { landed, violations } = summary
console.log(table())
// No violation in n patches: with 95 % confidence fewer than 3 / n are hit.
console.log(JSON.stringify({ ...summary, upperBound95: violations.length === 0 ? 3 / landed : null }, null, 2))
process.exitCode = violations.length === 0 ? 0 : 1
