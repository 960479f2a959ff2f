import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { GitRepository } from '@patchlane/git'
import { objectIdSchema, repoIdSchema } from '@patchlane/kernel'
import { afterEach, expect, it } from 'vitest'
import { AutoContextBuilder, CodeIndex, findSymbols, GitTreeReader, GraphBuilder, HistoryStore } from '../src/index.ts'
import { FixtureRepository } from './fixture-repository.ts'

const run = promisify(execFile)
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function fixture(): Promise<FixtureRepository> {
  const created = await FixtureRepository.create()
  cleanups.push(() => created.remove())
  return created
}

async function openAt(directory: string) {
  const repository = await GitRepository.open(directory)
  cleanups.push(() => repository.close())
  const read: string[] = []
  class Reader extends GitTreeReader {
    override async readBlobs(oids: Parameters<GitTreeReader['readBlobs']>[0], limits: { maxBytes: number }) {
      read.push(...oids)
      return super.readBlobs(oids, limits)
    }
  }
  const reader = new Reader(repository)
  return { repository, reader, read, index: await CodeIndex.open({ reader }) }
}

it('reads around links that lead in circles and submodules', async () => {
  const source = await fixture()
  await source.write('src/cookie.ts', 'export function parseCookie() {}\n')
  await symlink('b', join(source.directory, 'a'))
  await symlink('a', join(source.directory, 'b'))
  await symlink('/etc/passwd', join(source.directory, 'outside.ts'))
  await source.git('add', '-A')
  await source.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},vendored-module`)
  await source.git('commit', '-q', '-m', 'Begin')
  const { index, repository } = await openAt(source.directory)
  const commit = await repository.resolve('HEAD')
  const bundle = await new AutoContextBuilder({ index, repoId: repoIdSchema.parse('odd') }).build({
    task: 'parseCookie outside root',
    commit,
  })
  expect(bundle.files[0]).toMatchObject({ path: 'src/cookie.ts', level: 'full' })
  expect(bundle.text).not.toContain('root:')
})

it('works in a shallow clone', async () => {
  const source = await fixture()
  for (const n of [1, 2, 3])
    await source.commit({ message: `Cookie ${n}`, files: { 'src/cookie.ts': `export const cookie${n} = ${n}\n` } })
  const folder = await mkdtemp(join(tmpdir(), 'patchlane-shallow-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
  await run('git', ['clone', '-q', '--depth', '1', `file://${source.directory}`, folder])
  const { index, repository } = await openAt(folder)
  const commit = await repository.resolve('HEAD')
  const bundle = await new AutoContextBuilder({ index, repoId: repoIdSchema.parse('shallow') }).build({
    task: 'cookie3 is wrong',
    commit,
  })
  expect(bundle.ranked).toEqual(['src/cookie.ts'])
})

it('keeps one index for all worktrees', async () => {
  const source = await fixture()
  const commit = await source.commit({
    message: 'Begin',
    files: { 'src/a.ts': 'export const a = 1\n', 'src/b.ts': 'export const b = 1\n' },
  })
  const main = await openAt(source.directory)
  await main.index.index({ commit })
  expect(main.read).toHaveLength(2)
  const folder = await mkdtemp(join(tmpdir(), 'patchlane-worktree-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
  for (const name of ['one', 'two']) {
    await source.git('worktree', 'add', '-q', '--detach', join(folder, name))
    const worktree = await openAt(join(folder, name))
    await worktree.index.index({ commit: objectIdSchema.parse(commit) })
    expect(worktree.index.directory).toBe(main.index.directory)
    expect(worktree.read).toEqual([])
  }
})

it('works in a partial clone, with the blobs that are there', async () => {
  const source = await fixture()
  await source.commit({
    message: 'Begin',
    files: {
      'src/cookie.ts': 'export const cookie = 1\n',
      'src/large.ts': `export const large = 1\n${'// words\n'.repeat(2_000)}`,
    },
  })
  await source.git('config', 'uploadpack.allowFilter', 'true')
  const folder = await mkdtemp(join(tmpdir(), 'patchlane-partial-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
  const url = `file://${source.directory}`
  await run('git', ['clone', '-q', '--no-checkout', '--filter=blob:limit=1k', url, folder])
  // What the remote no longer answers for is not there at all.
  await run('git', ['-C', folder, 'remote', 'set-url', 'origin', 'file:///nowhere'])
  const symbolsAt = async () => {
    const { index, repository } = await openAt(folder)
    const view = await index.view({ commit: await repository.resolve('HEAD') })
    return [...findSymbols(view, 'cookie'), ...findSymbols(view, 'large')].map(({ path }) => path)
  }
  expect(await symbolsAt()).toEqual(['src/cookie.ts'])
  await run('git', ['-C', folder, 'remote', 'set-url', 'origin', url])
  expect(await symbolsAt()).toEqual(['src/cookie.ts', 'src/large.ts'])
})

it('reads what is there while another question ends git on what is not', async () => {
  const source = await fixture()
  await source.commit({
    message: 'Begin',
    files: { 'large.ts': '// words\n'.repeat(2_000), 'small.ts': 'export const small = 1\n' },
  })
  await source.git('config', 'uploadpack.allowFilter', 'true')
  const folder = await mkdtemp(join(tmpdir(), 'patchlane-partial-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
  await run('git', ['clone', '-q', '--no-checkout', '--filter=blob:limit=1k', `file://${source.directory}`, folder])
  await run('git', ['-C', folder, 'remote', 'set-url', 'origin', 'file:///nowhere'])
  const { reader, repository } = await openAt(folder)
  const commit = await repository.resolve('HEAD')
  const [large, small] = await reader.listTree(commit)
  if (large === undefined || small === undefined) throw new Error('no files')
  const [missing, here, history] = await Promise.all([
    reader.readBlobs([large.oid], { maxBytes: 100_000 }),
    reader.readBlobs([small.oid], { maxBytes: 100_000 }),
    reader.listHistory(commit, 10),
  ])
  expect(missing).toEqual([{ oid: large.oid, size: 0, content: null }])
  expect(here).toMatchObject([{ oid: small.oid, size: 23 }])
  expect(history).toEqual([commit])
})

it('keeps no graph that was made while files were missing, and says that they are', async () => {
  const source = await fixture()
  const padding = '// words\n'.repeat(2_000)
  await source.commit({
    message: 'Begin',
    files: {
      'package.json': '{ "name": "shop" }',
      'src/cookie.ts': `import { jar } from './jar.ts'\nexport const cookie = jar\n${padding}`,
      'src/jar.ts': 'export const jar = 1\n',
    },
  })
  await source.git('config', 'uploadpack.allowFilter', 'true')
  const folder = await mkdtemp(join(tmpdir(), 'patchlane-partial-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
  const url = `file://${source.directory}`
  await run('git', ['clone', '-q', '--no-checkout', '--filter=blob:limit=1k', url, folder])
  const remote = (to: string) => run('git', ['-C', folder, 'remote', 'set-url', 'origin', to])
  const open = async () => {
    const { index, repository } = await openAt(folder)
    const commit = await repository.resolve('HEAD')
    const builder = new AutoContextBuilder({ index, repoId: repoIdSchema.parse('partial') })
    return async () => {
      const { files, notes } = await builder.build({ task: 'cookie is wrong', commit })
      return { files: files.map(({ path, why }) => `${path}: ${why.join()}`), notes }
    }
  }
  await remote('file:///nowhere')
  const build = await open()
  const missing =
    '1 file could not be read (not in this partial clone, and not to be fetched now) and is known by its path alone'
  for (const notes of [(await build()).notes, (await (await open())()).notes]) expect(notes).toEqual([missing])
  await remote(url)
  // In the process that met the gap, and in one that comes after it.
  for (const { files, notes } of [await build(), await (await open())()]) {
    expect(files).toContainEqual(expect.stringMatching(/^src\/jar\.ts: .*imported by src\/cookie\.ts/))
    expect(notes).toEqual([])
  }
})

it('keeps no graph that was made without a configuration file, however well the rest is known', async () => {
  const source = await fixture()
  const configuration = '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }'
  await source.commit({
    message: 'Begin',
    files: { 'tsconfig.json': configuration, 'src/a.ts': "import '@/b'\n", 'src/b.ts': 'export const b = 1\n' },
  })
  const { index, repository, reader } = await openAt(source.directory)
  const commit = await repository.resolve('HEAD')
  const view = await index.view({ commit })
  class Forgetful extends GitTreeReader {
    override readBlobs: GitTreeReader['readBlobs'] = async (oids) =>
      oids.map((oid) => ({ oid, size: 0, content: null }))
  }
  const imports = async (read: GitTreeReader) =>
    (await new GraphBuilder(read, { directory: index.directory }).of(view)).imports
  expect(await imports(new Forgetful(repository))).toEqual([[], [], []])
  expect(await imports(reader)).toEqual([[1], [], []])
  // What was kept of a whole state is good for one with gaps.
  expect(await imports(new Forgetful(repository))).toEqual([[1], [], []])
})

it('does without the past in a clone without past trees', async () => {
  const source = await fixture()
  for (const n of [1, 2, 3])
    await source.commit({ message: `Cookie ${n}`, files: { 'src/cookie.ts': `export const cookie${n} = ${n}\n` } })
  await source.git('config', 'uploadpack.allowFilter', 'true')
  await source.git('config', 'uploadpack.allowAnySHA1InWant', 'true')
  for (const filter of ['tree:0', 'combine:blob:none+tree:1']) {
    const folder = await mkdtemp(join(tmpdir(), 'patchlane-treeless-'))
    cleanups.push(() => rm(folder, { recursive: true, force: true }))
    await run('git', ['clone', '-q', `--filter=${filter}`, `file://${source.directory}`, folder])
    const git = async (...args: string[]) => (await run('git', ['-C', folder, ...args])).stdout
    const objects = async () =>
      (await git('cat-file', '--batch-all-objects', '--batch-check=%(objectname)')).split('\n').sort()
    const build = async () => {
      const { index, repository } = await openAt(folder)
      const commit = await repository.resolve('HEAD')
      const { ranked, notes } = await new AutoContextBuilder({ index, repoId: repoIdSchema.parse('treeless') }).build({
        task: 'cookie3 is wrong',
        commit,
      })
      const past = await new HistoryStore(index.reader, index.directory).of(commit)
      return { ranked, notes, past: past.commits.length }
    }
    const before = await objects()
    const { ranked, notes, past } = await build()
    expect([ranked, past]).toEqual([['src/cookie.ts'], 0])
    expect(notes).toEqual([expect.stringContaining('git config remote.origin.partialCloneFilter blob:none')])
    expect(await objects()).toEqual(before)
    // The remedy that the note names.
    await git('config', 'remote.origin.partialCloneFilter', 'blob:none')
    await git('fetch', '-q', '--refetch', 'origin')
    expect(await build()).toEqual({ ranked: ['src/cookie.ts'], notes: [], past: 3 })
  }
})

it('knows a file of fifty megabytes by its path', async () => {
  const source = await fixture()
  await source.write('src/cookie.ts', 'export const cookie = 1\n')
  await source.write('data/huge.ts', Buffer.alloc(50_000_000, 'export const a = 1\n'))
  await source.git('add', '-A')
  await source.git('commit', '-q', '-m', 'Begin')
  const { index, repository } = await openAt(source.directory)
  const before = process.memoryUsage().rss
  const view = await index.view({ commit: await repository.resolve('HEAD') })
  expect(view.files.map(({ path }, at) => [path, view.details(at).flags])).toEqual([
    ['data/huge.ts', ['large']],
    ['src/cookie.ts', []],
  ])
  // It was never in memory.
  expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000)
})
