import { type ChildProcess, spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { planOf } from './run-plan.ts'
import { noChecks, ThrowawayRepository } from './throwaway-repository.ts'

const cli = join(import.meta.dirname, '../../../../apps/cli/src/main.ts')
/** Ten times what a run of the drill takes. */
const HANG_MS = 50_000
const userFiles = { 'notes.txt': 'never added\0\r\n', 'mine.txt': 'begun, not committed' }

export interface KillDrillOptions {
  /** Subtasks of the plan, one command agent each; every third also edits a file that all share. */
  subtasks: number
  /** The run is killed some time after its n-th event... */
  afterEvents: number
  /** ...this many milliseconds. */
  delayMs: number
}

export interface KillDrillReport {
  killed: boolean
  /** What had happened last when the kill came. */
  lastEvent: string
  /** Landed before the kill, as far as git knows. */
  landedBefore: number
  /** How the run went on: by `--resume`, or anew because nothing was recorded of it yet. */
  wentOn: 'resumed' | 'anew'
  exitCode: number | null
  /** From the restart to its end. */
  secondsAfter: number
  /** Everything that is not as it must be; empty is a pass. */
  problems: string[]
}

/** Kills the command line in the middle of a run, starts it again, and looks for anything torn, lost, doubled or left behind. */
export async function killDrill(options: KillDrillOptions): Promise<KillDrillReport> {
  const repository = await prepare(options.subtasks)
  try {
    const plan = repository.path('plan.json')
    const ids = subtaskIds(options.subtasks)
    const program = await repository.program('work', agentSource)
    await repository.writeBeside('plan.json', planOf(ids.map((id) => ({ id, command: [...program, id] }))))
    const first = await runUntil(repository, ['run', plan], options)
    const landedBefore = (await landings(repository)).length
    const startedAt = performance.now()
    let wentOn: KillDrillReport['wentOn'] = 'resumed'
    let second = await runUntil(repository, ['run', '--resume', first.runId ?? 'none'])
    if (/RUN_NOT_FOUND|PIPELINE_NOT_FOUND/.test(second.output)) {
      wentOn = 'anew'
      second = await runUntil(repository, ['run', plan])
    }
    const secondsAfter = Math.round((performance.now() - startedAt) / 100) / 10
    const problems = await problemsOf(repository, ids)
    if (second.exitCode !== 0) problems.push(`exit status ${second.exitCode}: ${second.output.slice(-2_000)}`)
    const { killed, lastEvent } = first
    return { killed, lastEvent, landedBefore, wentOn, exitCode: second.exitCode, secondsAfter, problems }
  } finally {
    await repository.dispose()
  }
}

/** How many events an undisturbed run has: the range to draw moments from. */
export async function countEvents(subtasks: number): Promise<number> {
  const { events } = await undisturbed(subtasks)
  return events
}

async function undisturbed(subtasks: number): Promise<{ events: number }> {
  const repository = await prepare(subtasks)
  try {
    const program = await repository.program('work', agentSource)
    const plan = planOf(subtaskIds(subtasks).map((id) => ({ id, command: [...program, id] })))
    await repository.writeBeside('plan.json', plan)
    const { events } = await runUntil(repository, ['run', repository.path('plan.json')])
    return { events }
  } finally {
    await repository.dispose()
  }
}

const subtaskIds = (count: number) => Array.from({ length: count }, (_, index) => `task-${index + 1}`)

async function prepare(subtasks: number): Promise<ThrowawayRepository> {
  const shared = Array.from({ length: subtasks * 8 }, (_, index) => `line ${index + 1}`)
  const repository = await ThrowawayRepository.create({ 'shared.txt': `${shared.join('\n')}\n`, 'mine.txt': 'mine\n' })
  const config = { attempts: 3, checks: noChecks, workspaces: { root: repository.path('workspaces') } }
  await repository.commit('configuration', { 'patchlane.config.json': `${JSON.stringify(config)}\n` })
  await repository.write(userFiles)
  return repository
}

const agentSource = `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
const id = process.argv[2]
const number = Number(id.split('-')[1])
await sleep((number * 37) % 200)
mkdirSync('out/' + id, { recursive: true })
writeFileSync('out/' + id + '/a.txt', id)
writeFileSync('out/' + id + '/b.txt', id)
if (number % 3 === 0) {
  const lines = readFileSync('shared.txt', 'utf8').split('\\n')
  lines[number * 8 - 4] = 'changed by ' + id
  writeFileSync('shared.txt', lines.join('\\n'))
}
`

interface Outcome {
  killed: boolean
  runId: string | undefined
  lastEvent: string
  events: number
  exitCode: number | null
  output: string
}

/** The command line from source, in a process group of its own; with a moment, killed as a group then. */
async function runUntil(
  repository: ThrowawayRepository,
  words: readonly string[],
  moment?: Pick<KillDrillOptions, 'afterEvents' | 'delayMs'>,
): Promise<Outcome> {
  const args = ['--conditions=@patchlane/source', cli, '-C', repository.directory, '--json', ...words]
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = exitOf(child)
  // What hangs is ended with a word about where it was, instead of taking the whole test with it.
  const hang = setTimeout(() => {
    output += `\nstill running after ${HANG_MS / 1000} s; the last event was ${seen.lastEvent}`
    void killGroup(child, 0)
  }, HANG_MS)
  const seen: { runId?: string; lastEvent: string; events: number } = { lastEvent: 'none', events: 0 }
  let output = ''
  let kill: Promise<void> | undefined
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  for await (const line of createInterface({ input: child.stdout })) {
    output += `${line}\n`
    const { type, runId } = eventOf(line)
    if (type === undefined) continue
    seen.events += 1
    seen.lastEvent = type
    if (runId !== undefined) seen.runId = runId
    if (moment !== undefined && seen.events >= moment.afterEvents) kill ??= killGroup(child, moment.delayMs)
  }
  await kill
  const { exitCode, signal } = await ended
  clearTimeout(hang)
  return {
    killed: signal === 'SIGKILL',
    runId: seen.runId,
    lastEvent: seen.lastEvent,
    events: seen.events,
    exitCode,
    output,
  }
}

async function killGroup(child: ChildProcess, delayMs: number): Promise<void> {
  await sleep(delayMs)
  if (child.pid === undefined || child.exitCode !== null) return
  process.kill(-child.pid, 'SIGKILL')
}

function exitOf(child: ChildProcess): Promise<{ exitCode: number | null; signal: string | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal }))
  })
}

function eventOf(line: string): { type?: string; runId?: string } {
  try {
    return JSON.parse(line)
  } catch {
    return {}
  }
}

async function landings(repository: ThrowawayRepository): Promise<string[]> {
  const log = await repository.git('log', 'main', '--format=%(trailers:key=Patchlane-Subtask,valueonly,separator=)')
  return log.split('\n').filter((line) => line !== '')
}

async function problemsOf(repository: ThrowawayRepository, ids: readonly string[]): Promise<string[]> {
  const problems: string[] = []
  const expectSame = (what: string, actual: unknown, expected: unknown) => {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
    if (is !== should) problems.push(`${what}: ${is}, not ${should}`)
  }
  await repository.git('fsck', '--full', '--strict').catch((error: Error) => problems.push(`fsck: ${error.message}`))
  const status = await repository.git('status', '--porcelain', '-uall')
  expectSame('status', status.split('\n').sort(), [' M mine.txt', '?? notes.txt'])
  for (const [path, content] of Object.entries(userFiles)) {
    expectSame(path, await readFile(join(repository.directory, path), 'utf8'), content)
  }
  expectSame('landed subtasks', (await landings(repository)).sort(), [...ids].sort())
  for (const id of ids) {
    for (const name of ['a.txt', 'b.txt']) {
      const text = await readFile(join(repository.directory, 'out', id, name), 'utf8').catch(() => 'missing')
      expectSame(`out/${id}/${name}`, text, id)
    }
  }
  const gitFiles = await readdir(join(repository.directory, '.git'), { recursive: true })
  expectSame(
    'locks',
    gitFiles.filter((path) => path.endsWith('.lock')),
    [],
  )
  const pipeline = await repository.open()
  const { lease, workspaces, queue, runs } = await pipeline.status()
  expectSame('lease', lease, null)
  expectSame('leased workspaces', workspaces.leased, 0)
  expectSame('patches under way', [queue.queued, queue.staged, queue.checking, queue.awaiting_approval], [0, 0, 0, 0])
  expectSame('runs not ended', runs.filter((run) => run.status === 'running').length, 0)
  return problems
}
