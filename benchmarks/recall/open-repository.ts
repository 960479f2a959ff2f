import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { CodeIndex, GitTreeReader, GraphBuilder, HistoryStore } from '@patchlane/context-builder'
import { GitRepository } from '@patchlane/git'

/** Opens a repository with an index outside of it, so that a benchmark leaves nothing behind. */
export async function openRepository(directory: string, state?: string) {
  const repository = await GitRepository.open(directory)
  const reader = new GitTreeReader(repository)
  const name = `${basename(dirname(resolve(directory)))}-${basename(resolve(directory))}`
  const own = state === undefined ? await mkdtemp(join(tmpdir(), 'patchlane-recall-')) : join(state, name)
  const index = await CodeIndex.open({ reader, directory: own })
  return {
    name,
    repository,
    index,
    history: new HistoryStore(reader, index.directory),
    graphs: new GraphBuilder(reader),
    async close() {
      await repository.close()
      if (state === undefined) await rm(own, { recursive: true, force: true })
    },
  }
}
