/**
 * How long `patchlane context` takes as a command: the built program, in a process of its own, on a clone of each repository. Wall-clock
 * time and processor time (the program with every git it starts), the least of several runs; beside them node without a program.
 *
 *   turbo run build --filter=patchlane...
 *   node --conditions=@patchlane/source benchmarks/context-command.ts REPO...
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const program = resolve(import.meta.dirname, '../apps/cli/dist/main.js')
if (!existsSync(program)) throw new Error('build the program first: turbo run build --filter=patchlane...')
const RUNS = 7
const task = 'The configuration file is not read when the server starts with a relative path'
const folder = mkdtempSync(join(tmpdir(), 'patchlane-command-'))

interface Times {
  wall: number
  cpu: number
}

/** Runs node and measures it, children included. */
function measure(args: readonly string[], cwd = folder): Times {
  const cpu = () => {
    const { userCPUTime, systemCPUTime } = childUsage()
    return (userCPUTime + systemCPUTime) / 1000
  }
  const [before, started] = [cpu(), performance.now()]
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return { wall: performance.now() - started, cpu: cpu() - before }
}

/** Of all children that have ended: node tells it of itself only, the system of both. */
function childUsage(): { userCPUTime: number; systemCPUTime: number } {
  const { stdout } = spawnSync('cat', [`/proc/${process.pid}/stat`], { encoding: 'utf8' })
  const fields = stdout.slice(stdout.lastIndexOf(')') + 2).split(' ')
  // Clock ticks are hundredths of a second.
  return { userCPUTime: Number(fields[13]) * 10_000, systemCPUTime: Number(fields[14]) * 10_000 }
}

function least(run: (n: number) => Times): Times {
  const all = Array.from({ length: RUNS }, (_, n) => run(n))
  return { wall: Math.min(...all.map(({ wall }) => wall)), cpu: Math.min(...all.map(({ cpu }) => cpu)) }
}

const cell = ({ wall, cpu }: Times) => `${wall.toFixed(0)} (${cpu.toFixed(0)})`

try {
  console.log(
    [
      `${availableParallelism()} processors, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}. Milliseconds; in brackets, processor time.`,
      '',
      '| Repository | node alone | --help | first call | the same again | another task | another task, --json |',
      '|---|---|---|---|---|---|---|',
    ].join('\n'),
  )
  for (const [n, source] of process.argv.slice(2).entries()) {
    const clone = join(folder, `${n}`)
    spawnSync('git', ['clone', '-q', '--shared', '--no-checkout', resolve(source), clone], { stdio: 'inherit' })
    const context = (words: string, ...options: string[]) => measure([program, 'context', words, ...options], clone)
    const cells = [
      least(() => measure(['-e', '0'])),
      least(() => measure([program, '--help'])),
      context(task, '--files'),
      least(() => context(task, '--files')),
      least((run) => context(`${task}, case ${run}: handle errors of part ${run}`, '--files')),
      least((run) => context(`Close the socket when request ${run} times out`, '--json')),
    ]
    console.log(`| ${source.split('/').at(-1)} | ${cells.map(cell).join(' | ')} |`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
