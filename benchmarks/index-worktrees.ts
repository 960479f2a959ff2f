/**
 * What the index costs when one repository has many worktrees: bytes on disk and blobs read, for the first and for all others together,
 * once with all of them at one commit and once with each at a commit of its own. Works on a clone; exit code 1 if worktrees at one commit
 * cost more than one index.
 *
 *   node --conditions=@patchlane/source benchmarks/index-worktrees.ts --worktrees 300 REPO
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { CodeIndex, GitTreeReader } from '@patchlane/context-builder'
import { GitRepository } from '@patchlane/git'
import type { ObjectId } from '@patchlane/kernel'

const run = promisify(execFile)
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { worktrees: { type: 'string', default: '300' } },
})
const [source = '.'] = positionals
const count = Number(values.worktrees)
const folder = await mkdtemp(join(tmpdir(), 'patchlane-worktrees-'))

class CountingReader extends GitTreeReader {
  blobs = 0
  override async readBlobs(oids: readonly ObjectId[], limits: { maxBytes: number }) {
    this.blobs += oids.length
    return super.readBlobs(oids, limits)
  }
}

try {
  console.log('| worktrees | at | index, MB | blobs read | ms each |\n|---|---|---|---|---|')
  const same = await measure('same', () => 'HEAD')
  await measure('own', (n) => `HEAD~${n}`)
  if (same.all.bytes > same.first.bytes || same.all.blobs > 0) process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function measure(name: string, revision: (n: number) => string) {
  const main = join(folder, name)
  await run('git', ['clone', '-q', '--shared', '--no-checkout', resolve(source), main])
  const first = await indexed(main, await head(main))
  const all = { bytes: first.bytes, blobs: 0, ms: 0 }
  for (let n = 1; n < count; n++) {
    const worktree = join(folder, `${name}-${n}`)
    await run('git', ['-C', main, 'worktree', 'add', '-q', '--no-checkout', '--detach', worktree, revision(n)])
    const one = await indexed(worktree, await head(worktree))
    all.blobs += one.blobs
    all.ms += one.ms
    all.bytes = one.bytes
  }
  const row = (...cells: (string | number)[]) => console.log(`| ${cells.join(' | ')} |`)
  const at = name === 'same' ? 'one commit' : 'a commit each'
  row(1, at, (first.bytes / 1e6).toFixed(2), first.blobs, first.ms.toFixed(0))
  row(count, at, (all.bytes / 1e6).toFixed(2), first.blobs + all.blobs, (all.ms / (count - 1)).toFixed(0))
  return { first, all }
}

async function head(directory: string): Promise<string> {
  return (await run('git', ['-C', directory, 'rev-parse', 'HEAD'])).stdout.trim()
}

/** Indexes a worktree as a process of its own would, and measures the index of the repository. */
async function indexed(directory: string, revision: string): Promise<{ bytes: number; blobs: number; ms: number }> {
  const repository = await GitRepository.open(directory)
  try {
    const commit = await repository.resolve(revision)
    const reader = new CountingReader(repository)
    const started = performance.now()
    const index = await CodeIndex.open({ reader })
    await index.view({ commit })
    return { ms: performance.now() - started, blobs: reader.blobs, bytes: await bytesIn(index.directory) }
  } finally {
    await repository.close()
  }
}

async function bytesIn(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
