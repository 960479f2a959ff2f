/**
 * Indexes the newest commits of real histories in three ways: each cold, one after the other, and in a shuffled order; and compares, for
 * each commit, the index version, the graph and the rankings of three tasks. Any difference ends it with exit code 1.
 *
 *   node --conditions=@patchlane/source benchmarks/determinism.ts --commits 100 REPO...
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CodeIndex, ContextRanker, GitTreeReader, GraphBuilder, HistoryStore } from '@patchlane/context-builder'
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

for (const directory of positionals) {
  const repository = await GitRepository.open(directory)
  const state = await mkdtemp(join(tmpdir(), 'patchlane-determinism-'))
  const commits = (await repository.log({ to: 'HEAD', max: Number(values.commits) }))
    .map(({ commit }) => commit)
    .reverse()
  const answers = async (name: string, order: readonly ObjectId[]) => {
    const reader = new GitTreeReader(repository)
    const index = await CodeIndex.open({ reader, directory: join(state, name) })
    const [graphs, histories, ranker] = [
      new GraphBuilder(reader),
      new HistoryStore(reader, index.directory),
      new ContextRanker(),
    ]
    const found = new Map<ObjectId, string>()
    for (const commit of order) {
      const view = await index.view({ commit })
      const [graph, history] = [await graphs.of(view), await histories.of(commit)]
      const rankings = tasks.map((task) => {
        const { byRole } = ranker.rank({ view, task, history })
        return [...byRole]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([role, files]) => [role, ...files.map(({ path, score }) => `${path} ${score}`)])
      })
      found.set(
        commit,
        digestJson({ version: view.digest, imports: graph.imports.map((targets) => [...targets]), rankings }),
      )
    }
    return found
  }
  const forward = await answers('forward', commits)
  // Another order, the same for each run: by the digits of the ids, which have nothing to do with time.
  const shuffled = await answers('shuffled', [...commits].sort())
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
