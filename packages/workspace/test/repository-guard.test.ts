import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryRepository } from '@patchlane/git/testing'
import { expect, it } from 'vitest'
import { RepositoryGuard } from '../src/index.ts'

it('names what changed in refs, configuration and hooks, and nothing else', async () => {
  const repo = await temporaryRepository()
  const { repository, git } = repo
  const guard = new RepositoryGuard({ repository, ignoreRef: (ref) => ref === 'refs/heads/target' })
  await writeFile(join(repository.commonDir, 'hooks', 'post-commit'), '#!/bin/sh\n')
  const before = await guard.snapshot()
  await repo.write('file.txt', 'work\n')
  await git('branch', 'target')
  expect(await guard.compare(before)).toEqual([])

  await git('branch', 'sneaked-in')
  await git('config', 'core.fsmonitor', 'evil')
  await chmod(join(repository.commonDir, 'hooks', 'post-commit'), 0o755)
  await writeFile(join(repository.commonDir, 'hooks', 'pre-push'), 'evil')
  const found = await guard.compare(before)
  expect(
    found.map(
      ({ kind, name, before, after }) =>
        `${kind} ${name} ${before === null ? 'added' : after === null ? 'gone' : 'changed'}`,
    ),
  ).toEqual([
    'ref refs/heads/sneaked-in added',
    'file config changed',
    'file hooks/post-commit changed',
    'file hooks/pre-push added',
  ])
  await repo.remove()
})
