/**
 * Workspaces: how long a lease of a warm one takes, beside `git worktree add` in the same run, and many leases at once.
 *
 *   node --conditions=@patchlane/source benchmarks/workspace.ts [--files 20000] [--changes 50] [--rounds 60] [--leases 200]
 *
 * The repository is made up: text files of about 4 KB in 1,000 folders, and ten commits of as many changed files each. Each lease moves a
 * slot ten commits, forward and back in turn. `ready` is the time from the call of `lease` to a clean tree at the commit; `cpu` is
 * what this process and its git processes used of all cores meanwhile, which other load on the machine moves less.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { GitRepository } from '@patchlane/git'
import type { ObjectId } from '@patchlane/kernel'
import { WorkspaceManager } from '@patchlane/workspace'

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '20000' },
    changes: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '60' },
    leases: { type: 'string', default: '200' },
  },
})
const directory = await realpath(await mkdtemp(join(tmpdir(), 'patchlane-bench-')))

function quantile(times: readonly number[], q: number): string {
  const sorted = times.toSorted((a, b) => a - b)
  return `${(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * q) - 1)] ?? Number.NaN).toFixed(0)} ms`
}

/** Processor time of this process and of its children that ended, in milliseconds; only Linux tells. */
function cpuMs(): number {
  if (process.platform !== 'linux') return Number.NaN
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
  return fields.reduce((sum, ticks) => sum + Number(ticks) * 10, 0)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function makeRepository(name: string, files: number) {
  const folder = join(directory, name)
  await mkdir(folder)
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=b', '-c', 'user.email=b@b', '-c', 'gc.auto=0', ...args], { cwd: folder })
  git('init', '--quiet')
  const path = (n: number) => join(folder, `package-${n % 40}`, `module-${Math.floor(n / 40) % 25}`, `file-${n}.ts`)
  const content = (n: number, revision: number) =>
    Array.from(
      { length: 80 },
      (_, line) => `export const value${n}_${line} = ${(n * 80 + line) * 7919 + (line === 7 ? revision : 0)}\n`,
    ).join('')
  for (let n = 0; n < Math.min(files, 1000); n++) await mkdir(join(path(n), '..'), { recursive: true })
  for (let n = 0; n < files; n++) await writeFile(path(n), content(n, 0))
  git('add', '.')
  git('commit', '--quiet', '-m', 'first')
  const repository = await GitRepository.open(folder)
  const commits: ObjectId[] = [await repository.resolve('HEAD')]
  for (let revision = 1; revision <= 10; revision++) {
    for (let n = 0; n < Number(values.changes); n++)
      await writeFile(path((revision * 997 + n * 13) % files), content(n, revision))
    git('commit', '--quiet', '-a', '-m', `change ${revision}`)
    commits.push(await repository.resolve('HEAD'))
  }
  return { repository, git, folder, commits }
}

async function warmLeases(): Promise<void> {
  const { repository, git, commits } = await makeRepository('large', Number(values.files))
  const [first, last] = [commits[0], commits.at(-1)]
  if (first === undefined || last === undefined) throw new Error('no commits')
  const manager = new WorkspaceManager({ repository, root: join(directory, 'large-workspaces') })
  const create = await timed(async () => (await manager.lease({ commit: first, holder: 'first' })).release())
  const [ready, cpu, captured, released, added, removed]: number[][] = [[], [], [], [], [], []]
  const rounds = Number(values.rounds)
  for (let round = 0; round < rounds; round++) {
    const commit = round % 2 === 0 ? last : first
    const [start, used] = [performance.now(), cpuMs()]
    const session = await manager.lease({ commit, holder: `round ${round}` })
    ready?.push(performance.now() - start)
    cpu?.push(cpuMs() - used)
    await writeFile(join(session.directory, 'package-1', 'module-0', 'file-1.ts'), `// ${round}\n`)
    captured?.push(await timed(() => session.capture()))
    released?.push(await timed(() => session.release()))
    if (round % Math.ceil(rounds / 10) !== 0) continue
    const plain = join(directory, `plain-${round}`)
    added?.push(await timed(async () => git('worktree', 'add', '--quiet', '--detach', plain, commit)))
    removed?.push(await timed(async () => git('worktree', 'remove', '--force', plain)))
  }
  const line = (name: string, times: readonly number[] = []) =>
    console.log(
      `${name.padEnd(34)} p50 ${quantile(times, 0.5).padStart(8)}   p99 ${quantile(times, 0.99).padStart(8)}   n ${times.length}`,
    )
  const load = loadavg().map((each) => each.toFixed(1))
  console.log(`${values.files} files, slot ten commits of ${values.changes} files away`)
  console.log(`${availableParallelism()} cores, load ${load.join(' ')}, Node ${process.version}`)
  line('lease of a warm workspace: ready', ready)
  line('  cpu of it', cpu)
  line('capture of one changed file', captured)
  line('release (reset and clean)', released)
  line('git worktree add', added)
  line('git worktree remove', removed)
  console.log(`${'first lease, on an empty pool'.padEnd(34)} ${create.toFixed(0)} ms`)
  await repository.close()
}

async function manyLeases(): Promise<void> {
  const { repository, commits } = await makeRepository('small', 500)
  const commit = commits.at(-1)
  if (commit === undefined) throw new Error('no commits')
  const count = Number(values.leases)
  const manager = new WorkspaceManager({ repository, root: join(directory, 'small-workspaces'), max: count })
  for (const pool of ['empty', 'warm']) {
    const start = performance.now()
    const results = await Promise.allSettled(
      Array.from({ length: count }, (_, n) => manager.lease({ commit, holder: `agent ${n}` })),
    )
    const took = performance.now() - start
    const sessions = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const folders = new Set(sessions.map((session) => session.directory)).size
    console.log(
      `${count} leases at once, 500 files, ${pool} pool: ${results.length - sessions.length} failed, ${folders} folders, ${took.toFixed(0)} ms`,
    )
    await Promise.all(sessions.map((session) => session.release()))
  }
  await repository.close()
}

try {
  await warmLeases()
  await manyLeases()
} finally {
  await rm(directory, { recursive: true, force: true })
}
