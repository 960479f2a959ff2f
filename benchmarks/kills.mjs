// Kills a landing gateway at random moments while a user commits in the same checkout, recovers, and looks for torn states, lost
// landings and lost user work. Run: node --conditions=@patchlane/source benchmarks/kills.mjs [--kills=2000] [--seed=1]
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { ApplyGateway, GitBranchTarget, LandedHistory } from '@patchlane/apply-gateway'
import { MemoryGatewayQueue, patchOn } from '@patchlane/apply-gateway/testing'
import { GitRepository } from '@patchlane/git'

const name = 'refs/heads/main'
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    child: { type: 'string' },
    epoch: { type: 'string', default: '1' },
  },
})

if (values.child === undefined) await main()
else await landForEver(values.child, Number(values.epoch))

/** Lands patch after patch, saying which, until it is killed. */
async function landForEver(directory, epoch) {
  const repository = await GitRepository.open(directory)
  const queue = new MemoryGatewayQueue()
  const lease = queue.lease.bind(queue)
  queue.lease = async (options) => {
    const taken = await lease(options)
    return taken === undefined ? undefined : { ...taken, epoch: epoch * 1_000_000 + taken.epoch }
  }
  for (const method of ['keep', 'release', 'claim', 'move', 'settle', 'park']) {
    const call = queue[method].bind(queue)
    queue[method] = (held, ...rest) => call({ ...held, epoch: held.epoch % 1_000_000 }, ...rest)
  }
  const target = new GitBranchTarget({ repository, name, indexWaitMs: 3_000 })
  const gateway = new ApplyGateway({ repoId: 'repo', target, queue, owner: `gateway-${epoch}` })
  console.log('ready')
  for (let n = 0; ; n++) {
    const base = await repository.resolve('main')
    const files = {
      [`landed/${epoch}-${n}`]: `${n}\n`,
      shared: `${epoch} ${n}\n`,
      [`deep/${n % 5}/file`]: `${epoch}-${n}\n`,
    }
    const { patch } = queue.propose(await patchOn(repository, base, files))
    await gateway.drain()
    const { status, verdict } = queue.get(patch.patchId)
    if (status === 'landed') console.log(`landed ${patch.patchId} landed/${epoch}-${n}`)
    else if (status !== 'awaiting_approval' && status !== 'conflicted') console.log(`odd ${status} ${verdict?.message}`)
  }
}

async function main() {
  const run = promisify(execFile)
  const directory = await mkdtemp(join(tmpdir(), 'patchlane-kills-'))
  const git = async (...args) => (await run('git', args, { cwd: directory, maxBuffer: 100_000_000 })).stdout
  let random = Number(values.seed)
  const next = () => {
    random = (random * 1103515245 + 12345) % 2147483648
    return random / 2147483648
  }
  const problems = []
  let landings = 0
  let recoveries = 0
  let commits = 0
  try {
    await git('init', '--quiet', '--initial-branch=main')
    await git('config', 'user.name', 'User')
    await git('config', 'user.email', 'user@example.com')
    await git('config', 'gc.auto', '0')
    for (let n = 0; n < 200; n++) await writeFile(join(directory, `file-${n}`), `${n}\n`)
    await writeFile(join(directory, 'shared'), 'x\n')
    await writeFile(join(directory, 'unsaved'), 'committed\n')
    await git('add', '--all')
    await git('commit', '--quiet', '-m', 'First')
    await writeFile(join(directory, 'unsaved'), 'never committed\n')
    await mkdir(join(directory, 'user'))
    const kills = Number(values.kills)
    for (let kill = 1; kill <= kills; kill++) {
      const mine = []
      let stopped = false
      const user = (async () => {
        for (let n = 0; !stopped; n++) {
          const path = `user/${kill}-${n}`
          await writeFile(join(directory, path), `${kill} ${n}\n`)
          try {
            await git('add', path)
            await git('commit', '--quiet', '-m', path)
            mine.push(path)
          } catch {
            // Refused while the gateway holds the index: a user would try again.
          }
          await sleep(20 + next() * 120)
        }
      })()
      const said = []
      const self = fileURLToPath(import.meta.url)
      const child = spawn(process.execPath, [
        '--conditions=@patchlane/source',
        self,
        `--child=${directory}`,
        `--epoch=${kill}`,
      ])
      child.stdout.on('data', (chunk) => said.push(chunk))
      child.stderr.on('data', (chunk) => said.push(chunk))
      const over = new Promise((resolve) => child.once('close', resolve))
      while (!said.join('').includes('ready') && child.exitCode === null) await sleep(5)
      // Somewhere inside a landing, however slow the machine is: after so many landings, a part of the time that one takes.
      const wanted = Math.floor(next() * 3)
      let since = performance.now()
      let takes = 300
      for (let seen = 0; seen < wanted && child.exitCode === null; await sleep(2)) {
        const count = said.join('').split('\nlanded ').length - 1
        if (count === seen) continue
        takes = performance.now() - since
        since = performance.now()
        seen = count
      }
      await sleep(next() * takes)
      child.kill('SIGKILL')
      await over
      stopped = true
      await user
      await sleep(100)
      const repository = await GitRepository.open(directory)
      const target = new GitBranchTarget({ repository, name })
      const report = (problem) => problems.push(`kill ${kill}: ${problem}`)
      try {
        const recovered = await target.recover(
          await target.takeOver({ epoch: kill * 1_000_000 + 999_999, owner: 'recoverer' }),
        )
        recoveries += recovered.length
        const head = await target.head()
        const history = new Set(
          (await new LandedHistory(repository).between(undefined, head)).map(({ patchId }) => patchId),
        )
        const tree = new Set((await repository.listTree(head)).map(({ path }) => path))
        for (const line of said.join('').split('\n')) {
          const [word, patchId, path] = line.split(' ')
          if (word === 'landed' && (!history.has(patchId) || !tree.has(path))) report(`lost landing ${patchId} ${path}`)
          if (word === 'landed') landings++
          else if (word !== 'ready' && line !== '') report(line)
        }
        for (const path of mine) if (!tree.has(path)) report(`lost user commit ${path}`)
        commits += mine.length
        if ((await readFile(join(directory, 'unsaved'), 'utf8')) !== 'never committed\n') report('lost unsaved work')
        const status = (await repository.status()).filter(({ path }) => path !== 'unsaved' && !path.startsWith('user/'))
        if (status.length > 0) report(`torn: ${JSON.stringify(status.slice(0, 5))}`)
        const litter = (await readdir(join(directory, '.git'), { recursive: true })).filter((file) =>
          /\.lock$|patchlane-(?:index|lock|restore)|\.jsonl$/.test(file),
        )
        if (litter.length > 0) report(`left behind: ${litter.join()}`)
      } catch (thrown) {
        report(String(thrown))
      }
      await repository.close()
      if (kill % 50 === 0) console.error(`${kill} kills, ${problems.length} problems`)
      if (problems.length > 20) break
    }
    const fsck = await git('fsck', '--strict', '--no-dangling').catch((thrown) => String(thrown.stderr))
    if (fsck.trim() !== '') problems.push(`fsck: ${fsck.slice(0, 500)}`)
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  }
  console.log(
    JSON.stringify(
      { kills: Number(values.kills), landings, userCommits: commits, openLandingsRecovered: recoveries, problems },
      null,
      2,
    ),
  )
  process.exitCode = problems.length === 0 ? 0 : 1
}
