// Landing a three-file patch without checks, against `git apply --index` + `git commit` of the same change, in one repository of
// 5,000 files, in turns. Run: node --conditions=@patchlane/source benchmarks/landing.mjs [--rounds=40] [--files=5000]
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { ApplyGateway, GitBranchTarget } from '@patchlane/apply-gateway'
import { MemoryGatewayQueue, patchOn } from '@patchlane/apply-gateway/testing'
import { GitRepository } from '@patchlane/git'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '40' },
    files: { type: 'string', default: '5000' },
    json: { type: 'boolean' },
  },
})
const rounds = Number(values.rounds)
const directory = await mkdtemp(join(tmpdir(), 'patchlane-bench-'))
const git = (args, options = {}) =>
  execFileSync('git', args, { cwd: directory, stdio: ['pipe', 'pipe', 'pipe'], ...options })
const pathOf = (n) => `src/part-${n % 50}/group-${n % 7}/file-${n}.ts`
const textOf = (n, word) =>
  Array.from({ length: 40 }, (_, line) => `export const value_${n}_${line} = ${line === 20 ? word : line}`).join('\n')

try {
  git(['init', '--quiet', '--initial-branch=main'])
  git(['config', 'user.name', 'Bench'])
  git(['config', 'user.email', 'bench@example.com'])
  git(['config', 'gc.auto', '0'])
  for (let n = 0; n < Number(values.files); n++) {
    const file = join(directory, pathOf(n))
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `${textOf(n, 0)}\n`)
  }
  git(['add', '--all'])
  git(['commit', '--quiet', '-m', 'First'])
  git(['gc', '--quiet'])

  const repository = await GitRepository.open(directory)
  // What a person would apply is made elsewhere: neither does git find its objects there already, nor has the gateway others' to sync.
  const workshop = `${directory}-workshop`
  git(['clone', '--quiet', '--shared', '--no-checkout', directory, workshop])
  const elsewhere = await GitRepository.open(workshop)
  const queue = new MemoryGatewayQueue()
  const target = new GitBranchTarget({ repository, name: 'refs/heads/main' })
  const gateway = new ApplyGateway({ repoId: 'repo', target, queue, owner: 'bench' })
  // A gateway that runs: it holds the target between patches, and is woken by the proposal.
  const stop = new AbortController()
  let wake = () => {}
  let landed = () => {}
  const watching = gateway.watch({
    signal: stop.signal,
    idleMs: 60_000,
    wake: () =>
      new Promise((resolve) => {
        wake = resolve
      }),
    onReport: () => landed(),
  })

  let change = 0
  const nextFiles = () => {
    change++
    return Object.fromEntries(
      [0, 1, 2].map((k) => {
        const n = (change * 37 + k * 101) % Number(values.files)
        return [pathOf(n), `${textOf(n, 1000 + change)}\n`]
      }),
    )
  }
  const land = async () => {
    const base = await repository.resolve('main')
    const patch = await patchOn(repository, base, nextFiles())
    const startedAt = performance.now()
    const done = new Promise((resolve) => {
      landed = resolve
    })
    queue.propose(patch)
    wake()
    await done
    const ms = performance.now() - startedAt
    if (queue.get(patch.patchId).status !== 'landed') throw new Error(JSON.stringify(queue.get(patch.patchId).verdict))
    return ms
  }
  const byHand = async (config) => {
    const base = await repository.resolve('main')
    const patch = await patchOn(elsewhere, base, nextFiles())
    const tree = await elsewhere.applyChanges(await elsewhere.treeOf(base), patch.changes)
    const diff = git(['diff', '--binary', base, tree], { cwd: workshop })
    const startedAt = performance.now()
    git([...config, 'apply', '--index'], { input: diff })
    git([...config, 'commit', '--quiet', '-m', 'By hand'])
    return performance.now() - startedAt
  }
  /** CPU time of this process and of the children it has waited for, in milliseconds: what a busy machine does not stretch. */
  const cpuMs = async () => {
    const { user, system } = process.cpuUsage()
    const stat = await readFile('/proc/self/stat', 'utf8').catch(() => '')
    const [cutime = 0, cstime = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(13, 15)
      .map(Number)
    return (user + system) / 1000 + (cutime + cstime) * 10
  }
  const cpu = { land: 0, plain: 0, synced: 0 }
  const measured = async (key, work) => {
    const before = await cpuMs()
    const ms = await work()
    cpu[key] += (await cpuMs()) - before
    return ms
  }
  const synced = ['-c', 'core.fsync=all', '-c', 'core.fsyncMethod=fsync']
  const samples = { land: [], plain: [], synced: [] }
  for (let round = -3; round < rounds; round++) {
    if (round === 0) for (const key of Object.keys(cpu)) cpu[key] = 0
    const times = {
      land: await measured('land', land),
      plain: await measured('plain', () => byHand([])),
      synced: await measured('synced', () => byHand(synced)),
    }
    if (round >= 0) for (const key of Object.keys(samples)) samples[key].push(times[key])
  }
  const at = (list, share) => [...list].sort((a, b) => a - b)[Math.floor(list.length * share)]
  const result = Object.fromEntries(
    Object.entries(samples).map(([key, list]) => [key, { p10: at(list, 0.1), p50: at(list, 0.5), p90: at(list, 0.9) }]),
  )
  result.cpuMs = Object.fromEntries(Object.entries(cpu).map(([key, total]) => [key, total / rounds]))
  result.ratioToPlain = result.land.p50 / result.plain.p50
  result.ratioToSynced = result.land.p50 / result.synced.p50
  if (values.json) console.log(JSON.stringify(result))
  else {
    const row = (name, { p10, p50, p90 }) =>
      console.log(
        `${name.padEnd(54)} ${['p10', p10, 'p50', p50, 'p90', p90].map((cell) => (typeof cell === 'string' ? `  ${cell}` : `${cell.toFixed(1).padStart(6)} ms`)).join(' ')}`,
      )
    console.log(`${values.files} files, patches of three files, ${rounds} rounds in turns\n`)
    row('gateway: queue to landed, everything synced', result.land)
    row("git apply --index + git commit, git's default syncs", result.plain)
    row('git apply --index + git commit, core.fsync=all', result.synced)
    const { land: ours, plain, synced: all } = result.cpuMs
    console.log(`\nCPU time of each: ${[ours, plain, all].map((ms) => `${ms.toFixed(1)} ms`).join(', ')}`)
    console.log(
      `ratio to git's default syncs: ${result.ratioToPlain.toFixed(2)}; to core.fsync=all: ${result.ratioToSynced.toFixed(2)}`,
    )
  }
  stop.abort()
  await watching
  await Promise.all([repository.close(), elsewhere.close()])
} finally {
  for (const folder of [directory, `${directory}-workshop`]) await rm(folder, { recursive: true, force: true })
}
