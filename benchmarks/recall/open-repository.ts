import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { CodeIndex, GitTreeReader, HistoryStore } from '@patchlane/context-builder'
import { GitRepository } from '@patchlane/git'
import { type CaseOptions, recallCases } from './cases.ts'
import { RememberingReader, readAhead } from './read-ahead.ts'

/** Opens a repository and its cases, with an index outside of it, so that a benchmark leaves nothing behind. */
export async function openRepository(directory: string, options: CaseOptions & { state: string | undefined }) {
  const repository = await GitRepository.open(directory)
  const reader = new RememberingReader(new GitTreeReader(repository))
  const name = basename(resolve(directory))
  const own =
    options.state === undefined ? await mkdtemp(join(tmpdir(), 'patchlane-recall-')) : join(options.state, name)
  const cases = await recallCases(repository, options)
  await readAhead(
    reader,
    own,
    cases.map(({ parent }) => parent),
  )
  const index = await CodeIndex.open({ reader, directory: own })
  return {
    name,
    repository,
    cases,
    index,
    history: new HistoryStore(reader, index.directory),
    async close() {
      await repository.close()
      if (options.state === undefined) await rm(own, { recursive: true, force: true })
    },
  }
}
