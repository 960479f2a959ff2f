import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { temporaryRepository } from '@patchlane/git/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { setUp } from './fixtures.ts'

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

describe('submodules', () => {
  async function withSubmodule() {
    const library = await temporaryRepository({ 'lib.txt': 'library\n', 'deep/x.txt': 'x\n' })
    const set = await setUp({ 'a.txt': 'a\n' }, { max: 1 })
    cleanUp.push(library.remove, set.remove)
    const args = ['-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', library.directory, 'third/library']
    execFileSync('git', args, { cwd: set.repo.directory, stdio: 'pipe' })
    await set.repo.git('commit', '-qam', 'submodule')
    return { ...set, commit: await set.repo.repository.resolve('HEAD') }
  }

  it('come on demand, as files to be read, and go again', async () => {
    const { manager, commit } = await withSubmodule()
    const session = await manager.lease({ commit, holder: 'x', submodules: true })
    const folder = join(session.directory, 'third', 'library')
    expect(await readFile(join(folder, 'lib.txt'), 'utf8')).toBe('library\n')
    expect((await readdir(folder)).sort()).toEqual(['deep', 'lib.txt'])
    expect(await session.capture()).toEqual([])
    await writeFile(join(folder, 'lib.txt'), 'changed\n')
    await session.release()
    const without = await manager.lease({ commit, holder: 'y' })
    expect(without.directory).toBe(session.directory)
    expect(await readdir(folder)).toEqual([])
    await without.release()
    await manager.lease({ commit, holder: 'z', submodules: true })
    expect(await readFile(join(folder, 'lib.txt'), 'utf8')).toBe('library\n')
  })

  it('that are not on this machine are named', async () => {
    const { manager, commit, repo } = await withSubmodule()
    await rm(join(repo.directory, '.git', 'modules'), { recursive: true })
    await expect(manager.lease({ commit, holder: 'x', submodules: true })).rejects.toMatchObject({
      code: 'WORKSPACE_SUBMODULE_MISSING',
    })
    await manager.lease({ commit, holder: 'x' })
  })
})

const hasLfs = spawnSync('git-lfs', ['version']).status === 0

describe.skipIf(!hasLfs)('large files', () => {
  it('come on demand from the repository’s own store, and are captured as pointers', async () => {
    const home = await mkdtemp(join(tmpdir(), 'patchlane-lfs-'))
    cleanUp.push(() => rm(home, { recursive: true }))
    const set = await setUp(
      { '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n', 'a.txt': 'a\n' },
      { max: 1 },
    )
    cleanUp.push(set.remove)
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: set.repo.directory, stdio: 'pipe', env: { ...process.env, HOME: home } })
    git('lfs', 'install', '--local')
    await writeFile(join(set.repo.directory, 'large.bin'), 'large content\n')
    git('add', '.')
    git('commit', '-qm', 'large')
    const commit = await set.repo.repository.resolve('HEAD')
    const read = (directory: string) => readFile(join(directory, 'large.bin'), 'utf8')
    const pointers = await set.manager.lease({ commit, holder: 'x' })
    expect(await read(pointers.directory)).toMatch(/^version https:\/\/git-lfs/)
    await pointers.release()
    const session = await set.manager.lease({ commit, holder: 'x', largeFiles: true })
    expect(session.directory).toBe(pointers.directory)
    expect(await read(session.directory)).toBe('large content\n')
    expect(await session.capture()).toEqual([])
    await writeFile(join(session.directory, 'large.bin'), 'other content\n')
    const [change] = await session.capture()
    expect(change?.kind === 'modify' && Buffer.from(change.after.content).toString()).toMatch(
      /^version https:\/\/git-lfs/,
    )
    await session.release()
    const again = await set.manager.lease({ commit, holder: 'x' })
    expect(await read(again.directory)).toMatch(/^version https:\/\/git-lfs/)
  })
})

it('says what is missing where there is no git-lfs', async () => {
  const set = await setUp({ 'a.txt': 'a\n' })
  cleanUp.push(set.remove)
  const path = process.env.PATH
  const bin = join(set.root, 'bin')
  await mkdir(bin)
  try {
    process.env.PATH = bin
    await expect(set.manager.lease({ commit: set.head, holder: 'x', largeFiles: true })).rejects.toMatchObject({
      code: 'WORKSPACE_LARGE_FILES_UNAVAILABLE',
    })
  } finally {
    process.env.PATH = path
  }
})
