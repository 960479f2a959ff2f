// Kills a landing gateway at random moments beside a user who works in the same place, every other time together with the git processes
// it has started, recovers, and looks for torn states, lost landings and lost user work.
// Run: node --conditions=@patchlane/source benchmarks/kills.mjs [--kills=2000] [--seed=1] [--target=branch|directory]
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { ApplyGateway, DirectoryTarget, GitBranchTarget, LandedHistory } from '@patchlane/apply-gateway'
import { MemoryGatewayQueue, patchOn } from '@patchlane/apply-gateway/testing'
import { GitRepository } from '@patchlane/git'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', default: 'branch' },
    child: { type: 'string' },
    epoch: { type: 'string', default: '1' },
  },
})
const inPlace = values.target === 'directory'
const name = inPlace ? 'dir:kills' : 'refs/heads/main'

/** The program that lands, in one file: one is started for each kill. */
let landingProgram = ''

if (values.child === undefined) await main()
else await landForEver(values.child, Number(values.epoch))

async function openTarget(root, options = {}) {
  const directory = join(root, 'folder')
  if (inPlace) return DirectoryTarget.open({ directory, stateDirectory: join(root, 'state'), name })
  return new GitBranchTarget({ repository: await GitRepository.open(directory), name, ...options })
}

/** Lands patch after patch, saying which, until it is killed. Starts at the word, so that starting Node is not what is waited for. */
async function landForEver(root, epoch) {
  console.log('loaded')
  for await (const _word of createInterface({ input: process.stdin })) break
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
  const target = await openTarget(root, { indexWaitMs: 3_000 })
  const { repository } = target
  const gateway = new ApplyGateway({ repoId: 'repo', target, queue, owner: `gateway-${epoch}` })
  console.log('ready')
  for (let n = 0; ; n++) {
    const base = await target.head()
    const files = {
      [`landed/${epoch}-${n}`]: `${n}\n`,
      shared: `${epoch} ${n}\n`,
      [`deep/${n % 5}/file`]: `${epoch}-${n}\n`,
    }
    const { patch } = queue.propose(await patchOn(repository, base, files, { target: name }))
    await gateway.drain()
    const { status, verdict } = queue.get(patch.patchId)
    if (status === 'landed') console.log(`landed ${patch.patchId} landed/${epoch}-${n}`)
    else if (status !== 'awaiting_approval' && status !== 'conflicted') console.log(`odd ${status} ${verdict?.message}`)
  }
}

function startChild(root, epoch) {
  const options = [`--child=${root}`, `--epoch=${epoch}`, `--target=${values.target}`]
  const child = spawn(process.execPath, [landingProgram, ...options])
  const said = []
  child.stdout.on('data', (chunk) => said.push(chunk))
  child.stderr.on('data', (chunk) => said.push(chunk))
  child.stdin.on('error', () => {})
  const over = new Promise((resolve) => child.once('close', resolve))
  const text = () => said.join('')
  const saysWithin = async (word) => {
    while (!text().includes(word) && child.exitCode === null && child.signalCode === null) await sleep(2)
  }
  return { child, over, text, saysWithin }
}

/** Those that a stopped process has started and theirs, by the system's own list. */
async function descendants(pid) {
  const lists = await readdir(`/proc/${pid}/task`).catch(() => [])
  const found = await Promise.all(
    lists.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  )
  const own = found.join(' ').split(/\s+/).filter(Boolean).map(Number)
  return [...own, ...(await Promise.all(own.map(descendants))).flat()]
}

async function kill(child, withGit) {
  if (withGit) {
    child.kill('SIGSTOP')
    for (const pid of await descendants(child.pid)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // Ended by itself meanwhile.
      }
    }
  }
  child.kill('SIGKILL')
}

async function main() {
  const run = promisify(execFile)
  const root = await mkdtemp(join(tmpdir(), 'patchlane-kills-'))
  const { bundled } = await import('./bundled.mjs')
  landingProgram = await bundled(fileURLToPath(import.meta.url), join(root, 'program'))
  const directory = join(root, 'folder')
  const git = async (...args) => (await run('git', args, { cwd: directory, maxBuffer: 100_000_000 })).stdout
  let random = Number(values.seed)
  const next = () => {
    random = (random * 1103515245 + 12345) % 2147483648
    return random / 2147483648
  }
  const problems = []
  const landed = new Map()
  const saved = []
  let recoveries = 0
  let target
  try {
    await mkdir(join(directory, 'user'), { recursive: true })
    for (let n = 0; n < 200; n++) await writeFile(join(directory, `file-${n}`), `${n}\n`)
    await writeFile(join(directory, 'shared'), 'x\n')
    await writeFile(join(directory, 'unsaved'), 'committed\n')
    if (!inPlace) {
      await git('init', '--quiet', '--initial-branch=main')
      await git('config', 'user.name', 'User')
      await git('config', 'user.email', 'user@example.com')
      await git('config', 'gc.auto', '0')
      await git('add', '--all')
      await git('commit', '--quiet', '-m', 'First')
      await writeFile(join(directory, 'unsaved'), 'never committed\n')
    }
    const unsaved = await readFile(join(directory, 'unsaved'), 'utf8')
    target = await openTarget(root)
    const { repository } = target
    let verified = await target.head()
    /** What a user does: writes a file and, where there is git, commits it; refused while the gateway holds the index, they go on. */
    const work = async (path) => {
      await writeFile(join(directory, path), `${path}\n`)
      if (inPlace) return true
      try {
        await git('add', path)
        await git('commit', '--quiet', '-m', path)
        return true
      } catch {
        return false
      }
    }
    const kills = Number(values.kills)
    let upcoming = startChild(root, 1)
    for (let number = 1; number <= kills; number++) {
      const { child, over, text, saysWithin } = upcoming
      await saysWithin('loaded')
      const mine = []
      let stopped = false
      const user = (async () => {
        for (let n = 0; !stopped; n++) {
          const path = `user/${number}-${n}`
          const began = performance.now()
          if (await work(path)) mine.push(path)
          // On a busy machine the user is slowed down as the gateway is, or it would never come to land.
          await sleep(Math.max(20 + next() * 120, performance.now() - began))
        }
      })()
      child.stdin.write('go\n')
      await saysWithin('ready')
      // Somewhere inside a landing, however slow the machine is: after so many landings, a part of the time that one takes.
      const wanted = Math.floor(next() * 3)
      let since = performance.now()
      let takes = 300
      for (let seen = 0; seen < wanted && child.exitCode === null; await sleep(2)) {
        const count = text().split('\nlanded ').length - 1
        if (count === seen) continue
        takes = performance.now() - since
        since = performance.now()
        seen = count
      }
      await sleep(next() * takes)
      await kill(child, number % 2 === 0)
      stopped = true
      if (number < kills) upcoming = startChild(root, number + 1)
      await over
      await user
      const report = (problem) => {
        problems.push(`kill ${number}: ${problem}`)
        console.error(problems.at(-1))
      }
      try {
        const recovered = await target.recover(
          await target.takeOver({ epoch: number * 1_000_000 + 999_999, owner: 'recoverer' }),
        )
        recoveries += recovered.length
        const head = await target.head()
        if (!(await repository.isAncestor(verified, head))) report('history was lost')
        const fresh = await new LandedHistory(repository).between(verified, head)
        verified = head
        const history = new Set(fresh.map(({ patchId }) => patchId))
        for (const line of text().split('\n')) {
          const [word, patchId, path] = line.split(' ')
          if (word === 'landed') {
            if (!history.has(patchId)) report(`lost landing ${patchId}`)
            landed.set(path, `${path.split('-')[1]}\n`)
          } else if (word !== 'ready' && word !== 'loaded' && line !== '') report(line)
        }
        for (const path of mine) {
          saved.push(path)
          if ((await repository.findEntry(head, path)) === null) report(`lost user work ${path}`)
        }
        if ((await readFile(join(directory, 'unsaved'), 'utf8')) !== unsaved) report('lost unsaved work')
        const status = (await repository.status()).filter(({ path }) => path !== 'unsaved' && !path.startsWith('user/'))
        if (status.length > 0) report(`torn: ${JSON.stringify(status.slice(0, 5))}`)
        const litter = (await readdir(repository.gitDir, { recursive: true })).filter((file) =>
          /\.lock$|patchlane-(?:index|lock|restore)|\.jsonl$/.test(file),
        )
        if (litter.length > 0) report(`left behind: ${litter.join()}`)
      } catch (thrown) {
        report(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown))
      }
      if (number % 50 === 0) console.error(`${number} kills, ${landed.size} landings, ${problems.length} problems`)
      if (problems.length > 20) break
    }
    // In the end, everything once more, in the head and byte for byte on disk.
    const head = await target.head()
    const tree = new Set((await repository.listTree(head)).map(({ path }) => path))
    const expected = [...landed, ...saved.map((path) => [path, `${path}\n`])]
    for (const [path, content] of expected) {
      if (!tree.has(path)) problems.push(`${path} is not in the end`)
      const found = await readFile(join(directory, path), 'utf8').catch(() => 'gone')
      if (found !== content) problems.push(`${path} is ${JSON.stringify(found)} in the end`)
    }
    const fsck = await run('git', ['fsck', '--strict', '--no-dangling'], { cwd: repository.gitDir }).then(
      ({ stdout, stderr }) => stdout + stderr,
      (thrown) => String(thrown.stderr),
    )
    if (/error|missing|corrupt|fatal/.test(fsck)) problems.push(`fsck: ${fsck.slice(0, 500)}`)
  } finally {
    await target?.repository.close()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
  const userWorks = inPlace ? { userFiles: saved.length } : { userCommits: saved.length }
  const counts = { kills: Number(values.kills), landings: landed.size, ...userWorks, openLandingsRecovered: recoveries }
  console.log(JSON.stringify({ target: values.target, seed: Number(values.seed), ...counts, problems }, null, 2))
  process.exitCode = problems.length === 0 ? 0 : 1
}
