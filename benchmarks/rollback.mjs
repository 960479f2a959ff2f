// Patches that fail in every way a patch can fail, each followed by a comparison of everything in the repository's folder with how it was:
// `git status --porcelain -uall`, refs, and a hash of all bytes, modes and links.
// Run: node --conditions=@patchlane/source benchmarks/rollback.mjs [--patches=1000] [--seed=1]
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ApplyGateway, GitBranchTarget, GitStagingArea } from '@patchlane/apply-gateway'
import { MemoryGatewayQueue, patchOn } from '@patchlane/apply-gateway/testing'
import { GitRepository } from '@patchlane/git'

const { values } = parseArgs({
  options: { patches: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
})
const root = await mkdtemp(join(tmpdir(), 'patchlane-rollback-'))
const directory = join(root, 'repository')
await mkdir(directory)
const git = (...args) => execFileSync('git', args, { cwd: directory, encoding: 'utf8' })

/** Everything but git's own folder; of that, refs, HEAD and index entries. */
function everything() {
  const hash = createHash('sha256')
  const walk = (folder) => {
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name)
      if (path === join(directory, '.git')) continue
      const info = lstatSync(path)
      hash.update(`${path}\0${info.mode}\0`)
      if (info.isSymbolicLink()) hash.update(readlinkSync(path))
      else if (info.isDirectory()) walk(path)
      else hash.update(readFileSync(path))
    }
  }
  walk(directory)
  const refs = git('for-each-ref').replaceAll(/^.*refs\/patchlane\/.*\n/gm, '')
  return [
    hash.digest('hex'),
    git('status', '--porcelain', '-uall'),
    refs,
    git('ls-files', '--stage'),
    git('rev-parse', 'HEAD'),
  ].join('\n')
}

let state = Number(values.seed)
const random = (below) => {
  state = (state * 1103515245 + 12345) % 2147483648
  return Math.floor((state / 2147483648) * below)
}
const report = (outcome) => [
  {
    check: 'judge',
    kind: 'tests',
    outcome,
    summary: outcome,
    findings: [],
    output: '',
    changedPaths: [],
    durationMs: 0,
    cached: false,
  },
]
const text = (n, changed = {}) =>
  `${Array.from({ length: 12 }, (_, line) => changed[line] ?? `file ${n} line ${line}`).join('\n')}\n`

const ways = {
  check: { run: async () => report('failed') },
  broken: {
    run: async () => {
      throw new Error('the tool is missing')
    },
  },
  litters: {
    run: async ({ directory: staging }) => {
      await writeFile(join(staging, 'litter'), 'x')
      await rm(join(staging, 'file-1'))
      return report('failed')
    },
  },
  rewrites: {
    run: async ({ directory: staging, paths }) => {
      for (const path of paths) await appendFile(join(staging, path), 'more\n')
      return report('failed')
    },
  },
  denied: { run: async () => report('passed') },
  asked: { run: async () => report('passed') },
  conflict: { run: async () => report('passed') },
  overlap: { run: async () => report('passed') },
  forged: { run: async () => report('passed') },
}
const counts = {}
const problems = []
try {
  git('init', '--quiet', '--initial-branch=main')
  git('config', 'user.name', 'User')
  git('config', 'user.email', 'user@example.com')
  for (let n = 0; n < 60; n++) await writeFile(join(directory, `file-${n}`), text(n))
  await mkdir(join(directory, 'folder'))
  await writeFile(join(directory, 'folder/tool'), '#!/bin/sh\n', { mode: 0o755 })
  await symlink('../file-0', join(directory, 'folder/link'))
  git('add', '--all')
  git('commit', '--quiet', '-m', 'Old')
  const old = git('rev-parse', 'HEAD').trim()
  await writeFile(join(directory, 'file-7'), text(7, { 5: 'changed since' }))
  git('commit', '--quiet', '--all', '-m', 'New')
  await writeFile(join(directory, 'file-8'), 'unsaved\n')
  await writeFile(join(directory, 'file-9'), 'staged\n')
  git('add', 'file-9')
  await writeFile(join(directory, 'untracked'), 'untracked\n')
  await mkdir(join(directory, 'empty'))

  const repository = await GitRepository.open(directory)
  const head = await repository.resolve('main')
  const target = new GitBranchTarget({ repository, name: 'refs/heads/main' })
  const staging = new GitStagingArea({ repository, root: join(root, 'staging') })
  let way = 'check'
  const checks = [{ name: 'judge', kind: 'tests', run: (context) => ways[way].run(context) }]
  const approval = {
    consult: async () => ({
      decision: way === 'denied' ? 'denied' : way === 'asked' ? 'ask' : 'approved',
      reasons: ['so'],
    }),
  }
  const queue = new MemoryGatewayQueue()
  const gateway = new ApplyGateway({ repoId: 'repo', target, queue, owner: 'bench', checks, staging, approval })
  const before = everything()
  for (let n = 0; n < Number(values.patches); n++) {
    way = Object.keys(ways)[random(Object.keys(ways).length)]
    const some = 10 + random(50)
    const files = {
      [`file-${some}`]: text(some, { [random(12)]: `patch ${n}` }),
      [`made/by-${n}/file`]: `${n}\n`,
      [`file-${10 + ((some + 1) % 50)}`]: null,
    }
    if (way === 'conflict') files['file-7'] = text(7, { 5: `patch ${n}` })
    if (way === 'overlap') files[['file-8', 'file-9', 'untracked'][random(3)]] = `patch ${n}\n`
    const patch = await patchOn(repository, way === 'conflict' ? old : head, files)
    if (way === 'forged') patch.changes[0].after.content = Buffer.from('forged')
    queue.propose(patch)
    await gateway.drain()
    const { status, verdict } = queue.get(patch.patchId)
    // Parked patches would try again with the next one.
    queue.patches.clear()
    counts[`${way}: ${status}`] = (counts[`${way}: ${status}`] ?? 0) + 1
    if (status === 'landed' || status === 'queued') problems.push(`patch ${n} (${way}) is ${status}`)
    if (verdict?.rollback?.exact !== true) problems.push(`patch ${n} (${way}): the product says it is not exact`)
    if (everything() !== before) problems.push(`patch ${n} (${way}): something was left`)
    if (problems.length > 10) break
  }
  await staging.close()
  await repository.close()
} finally {
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
}
console.log(JSON.stringify({ patches: Number(values.patches), seed: Number(values.seed), counts, problems }, null, 2))
process.exitCode = problems.length === 0 ? 0 : 1
