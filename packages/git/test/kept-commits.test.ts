import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryRepository } from '../src/testing/index.ts'

const prefix = 'refs/patchlane/staged/main/'

async function repositoryWithKept() {
  const sandbox = await temporaryRepository({ a: 'a\n' })
  onTestFinished(() => sandbox.remove())
  const { repository } = sandbox
  const commit = await repository.resolve('HEAD')
  for (const name of ['packed', 'both', 'loose']) await repository.keptCommits.keep(prefix + name, commit)
  await sandbox.git('pack-refs', '--all')
  for (const name of ['both', 'loose']) await repository.keptCommits.keep(prefix + name, commit)
  const kept = async () =>
    (await sandbox.git('for-each-ref', '--format=%(refname)', prefix)).split('\n').filter(Boolean)
  return { ...sandbox, commit, kept }
}

it('lets go of all that is kept below a prefix, packed or not, and of nothing else', async () => {
  const { repository, git, kept } = await repositoryWithKept()
  expect(await kept()).toHaveLength(3)
  await repository.keptCommits.releaseAll(prefix)
  expect(await kept()).toEqual([])
  expect((await git('for-each-ref', '--format=%(refname)')).trim()).toBe('refs/heads/main')
})

it('removes the locks of a git that was killed while it let go', async () => {
  const { repository, kept, git } = await repositoryWithKept()
  const locks = ['packed-refs.lock', `${prefix}packed.lock`].map((name) => join(repository.commonDir, name))
  await mkdir(join(repository.commonDir, prefix), { recursive: true })
  for (const lock of locks) await writeFile(lock, '')
  await repository.keptCommits.releaseAll(prefix)
  expect(await kept()).toEqual([])
  const files = await readdir(repository.commonDir, { recursive: true })
  expect(files.filter((file) => file.endsWith('.lock'))).toEqual([])
  // What such a lock had made impossible.
  await git('branch', 'other')
  await git('branch', '-D', 'other')
})
