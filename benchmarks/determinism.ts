/**
 * Indexes the newest commits of real histories in three ways, and compares, for each commit, the index version, the graph and the rankings
 * of three tasks. Any difference ends it with exit code 1.
 *
 * - one commit after the other, as time went;
 * - commits in another order, their files listed in another order, with one thread instead of as many as there are processors, by an
 *   index that is opened anew for each commit, as another process would;
 * - each commit cold.
 *
 *   node --conditions=@patchlane/source benchmarks/determinism.ts --commits 100 REPO...
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  CodeIndex,
  ContextRanker,
  GitTreeReader,
  GraphBuilder,
  HistoryStore,
  ViewTexts,
} from '@patchlane/context-builder'
import { GitRepository } from '@patchlane/git'
import { digestJson, type ObjectId } from '@patchlane/kernel'

const tasks = [
  'The configuration is not read at start',
  'fix(core): handle errors of `parse` in requests',
  'Add an option for timeouts',
]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { commits: { type: 'string', default: '100' } },
})

/** Lists files in an order that has nothing to do with their names. */
class OtherOrder extends GitTreeReader {
  override async listTree(commit: string) {
    const files = await super.listTree(commit)
    return files.sort((a, b) => (a.oid === b.oid ? (a.path < b.path ? 1 : -1) : a.oid < b.oid ? -1 : 1))
  }
}

for (const directory of positionals) {
  const repository = await GitRepository.open(directory)
  const state = await mkdtemp(join(tmpdir(), 'patchlane-determinism-'))
  const commits = (await repository.log({ to: 'HEAD', max: Number(values.commits) }))
    .map(({ commit }) => commit)
    .reverse()
  const answers = async (name: string, order: readonly ObjectId[], otherwise = false) => {
    const reader = otherwise ? new OtherOrder(repository) : new GitTreeReader(repository)
    const open = async () => {
      const index = await CodeIndex.open({ reader, directory: join(state, name), ...(otherwise ? { threads: 1 } : {}) })
      return [index, new GraphBuilder(reader), new HistoryStore(reader, index.directory)] as const
    }
    const ranker = new ContextRanker()
    const found = new Map<ObjectId, string>()
    let opened = await open()
    for (const commit of order) {
      if (otherwise) opened = await open()
      const [index, graphs, histories] = opened
      const view = await index.view({ commit })
      const [graph, history] = [await graphs.of(view), await histories.of(commit)]
      const texts = new ViewTexts(view, reader)
      const rankings = tasks.map(async (task) => {
        const { byRole } = await ranker.rank({ view, task, history, texts })
        return [...byRole]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([role, files]) => [role, ...files.map(({ path, score }) => `${path} ${score}`)])
      })
      found.set(
        commit,
        digestJson({
          version: view.digest,
          imports: graph.imports.map((targets) => [...targets]),
          rankings: await Promise.all(rankings),
        }),
      )
    }
    return found
  }
  const forward = await answers('forward', commits)
  // Another order, the same for each run: by the digits of the ids, which have nothing to do with time.
  const shuffled = await answers('shuffled', [...commits].sort(), true)
  const cold = new Map<ObjectId, string>()
  for (const [n, commit] of commits.entries()) {
    const [[, answer] = []] = await answers(`cold-${n}`, [commit])
    if (answer !== undefined) cold.set(commit, answer)
    await rm(join(state, `cold-${n}`), { recursive: true, force: true })
  }
  const different = commits.filter(
    (commit) => new Set([forward, shuffled, cold].map((all) => all.get(commit))).size !== 1,
  )
  console.log(`${directory}: ${commits.length} commits, ${different.length} different`)
  if (different.length > 0) process.exitCode = 1
  await repository.close()
  await rm(state, { recursive: true, force: true })
}
