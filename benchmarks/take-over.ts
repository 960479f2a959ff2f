// How long a target stands still after its writer died on another machine, and whether a living one is ever robbed while every core is busy.
// Both gateways are processes on one Postgres server and land on one real repository, with the lease that is the default. They go by names
// that say nothing about a process here, so that only the lease can tell that a writer is gone.
//
//   node --conditions=@patchlane/source benchmarks/take-over.ts [kills] [seconds under load] [busy processes per core]
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ApplyGateway, GitBranchTarget } from '@patchlane/apply-gateway'
import { patchOn } from '@patchlane/apply-gateway/testing'
import { openDatabase } from '@patchlane/database'
import { startPostgres } from '@patchlane/database/testing'
import { GitRepository } from '@patchlane/git'
import { repoIdSchema } from '@patchlane/kernel'
import { patchStream } from '@patchlane/patch-queue'
import { SqlPatchQueue } from '@patchlane/patch-queue/sql'

const repoId = repoIdSchema.parse('repo')
const name = 'refs/heads/main'
const target = { repoId, target: name }
const stream = patchStream(target)

if (process.argv[2] === '--gateway') await serve(process.argv[3] ?? '', process.argv[4] ?? '', process.argv[5] ?? '')
else await main(Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 120), Number(process.argv[4] ?? 4))

/** A gateway process: lands whatever comes, until it is killed. */
async function serve(directory: string, url: string, owner: string): Promise<void> {
  const repository = await GitRepository.open(directory)
  const database = await openDatabase({ url })
  const branch = new GitBranchTarget({ repository, name })
  const gateway = new ApplyGateway({ repoId, target: branch, queue: new SqlPatchQueue(database), owner })
  console.log('ready')
  await gateway.watch({
    signal: new AbortController().signal,
    wake: (signal) =>
      new Promise((resolve) => {
        const unlisten = database.wakeUps.listen(stream, () => end())
        const end = () => {
          unlisten()
          resolve()
        }
        signal.addEventListener('abort', end, { once: true })
      }),
  })
}

async function main(kills: number, seconds: number, busyPerCore: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'patchlane-take-over-'))
  const server = await startPostgres({ fsync: true })
  if (server === undefined) throw new TypeError('Postgres is needed for this benchmark.')
  const { url } = server
  const git = (...args: string[]) => execFileSync('git', args, { cwd: directory })
  git('init', '--quiet', '--bare', '--initial-branch=main')
  const repository = await GitRepository.open(directory)
  const tree = git('hash-object', '-t', 'tree', '-w', '--stdin').toString().trim()
  git(
    'update-ref',
    name,
    git('-c', 'user.name=U', '-c', 'user.email=u@example.com', 'commit-tree', '-m', 'First', tree).toString().trim(),
  )
  const database = await openDatabase({ url })
  const queue = new SqlPatchQueue(database)
  const running = new Map<string, ChildProcess>()
  let processes = 0
  const start = async () => {
    const owner = `machine-${++processes}.example`
    const program = [fileURLToPath(import.meta.url), '--gateway', directory, url, owner]
    const child = spawn(process.execPath, ['--conditions=@patchlane/source', ...program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    running.set(owner, child)
    await once(child.stdout ?? child, 'data')
  }
  let files = 0
  const propose = async () => {
    const base = await repository.resolve(name)
    const patch = await patchOn(repository, base, { [`file-${++files}`]: `${files}\n` })
    const { patch: queued } = await queue.propose(patch)
    return queued.patchId
  }
  const landed = async (patchId: string) => {
    for (;;) {
      const entry = await queue.get(patchId)
      if (entry?.settledAt !== undefined && entry.settledAt !== null) return entry.status
      await pause(10)
    }
  }
  try {
    await start()
    await start()
    await landed(await propose())

    const waits: number[] = []
    for (let kill = 0; kill < kills; kill++) {
      // At any moment between two renewals.
      await pause(1000 + Math.random() * 1000)
      const { lease } = await queue.state(target)
      const victim = running.get(lease?.owner ?? '')
      if (lease === null || victim === undefined) throw new TypeError('nobody holds the target')
      const exited = once(victim, 'exit')
      const begun = performance.now()
      victim.kill('SIGKILL')
      await exited
      running.delete(lease.owner)
      const status = await landed(await propose())
      waits.push((performance.now() - begun) / 1000)
      if (status !== 'landed') throw new TypeError(`the patch is ${status}`)
      await start()
    }
    waits.sort((a, b) => a - b)
    const at = (q: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * q))]?.toFixed(2)
    console.log(`${kills} writers killed: the next one landed after ${at(0.5)} s (median), ${at(1)} s (longest)`)

    const before = await queue.state(target)
    const cores = availableParallelism()
    const burners = Array.from({ length: cores * busyPerCore }, () => spawn(process.execPath, ['-e', 'for (;;);']))
    const until = performance.now() + seconds * 1000
    let count = 0
    while (performance.now() < until) {
      await landed(await propose())
      count++
    }
    const after = await queue.state(target)
    for (const burner of burners) burner.kill('SIGKILL')
    const robbed = (after.lease?.epoch ?? 0) - (before.lease?.epoch ?? 0)
    console.log(
      `${seconds} s with ${burners.length} busy processes on ${cores} cores: ${count} landed, robbed ${robbed} times`,
    )
  } finally {
    for (const child of running.values()) child.kill('SIGKILL')
    await database.close()
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}
