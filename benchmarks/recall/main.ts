/**
 * Recall on real history: the commit message without paths is the task, the parent commit the repository, the modified implementation
 * files the answer; with `--answer code`, all modified code but tests and documents, build scripts and settings included. Runs on any repository:
 *
 *   node --conditions=@patchlane/source benchmarks/recall/main.ts --repo DIR --repo DIR --commits 30
 *
 * `--repo-map DIR` puts beside it what another program made of the same cases, as `repository-map.ts` keeps it, and asks those alone. `--json FILE` keeps every
 * case; `--from FILE` reports what was kept, of several runs as of one.
 */
import { parseArgs } from 'node:util'
import { ContextRanker, type FileRole, ViewTexts } from '@patchlane/context-builder'
import { KeptRankings } from './kept-rankings.ts'
import { type CaseResult, judge } from './metrics.ts'
import { openRepository } from './open-repository.ts'
import { plainBm25 } from './plain-bm25.ts'
import { reportMarkdown } from './report.ts'
import { type RepositoryResult, readResults, writeResults } from './results-file.ts'

const { values } = parseArgs({
  options: {
    repo: { type: 'string', multiple: true, default: ['.'] },
    commits: { type: 'string', default: '30' },
    window: { type: 'string', default: '1500' },
    'max-files': { type: 'string', default: '5' },
    answer: { type: 'string', default: 'implementation' },
    state: { type: 'string' },
    json: { type: 'string' },
    from: { type: 'string', multiple: true, default: [] },
    'repo-map': { type: 'string' },
  },
})

const { answer } = values
if (answer !== 'implementation' && answer !== 'code') throw new Error('--answer implementation or --answer code')
const all: RepositoryResult[] = (await Promise.all(values.from.map(readResults))).flat()
for (const directory of values.from.length > 0 ? [] : values.repo) {
  const opened = await openRepository(directory, {
    state: values.state,
    count: Number(values.commits),
    window: Number(values.window),
    maxFiles: Number(values['max-files']),
    answer,
  })
  const ranker = new ContextRanker()
  const plainRanker = new ContextRanker({ trees: null })
  const maps = values['repo-map'] === undefined ? undefined : await KeptRankings.open(values['repo-map'], opened.name)
  const cases = opened.cases.filter((one) => maps === undefined || maps.get(one) !== undefined)
  const results: Record<string, CaseResult[]> = {
    patchlane: [],
    'patchlane, no history': [],
    'patchlane, no texts': [],
    'patchlane, no trees': [],
    'BM25, implementation files': [],
    BM25: [],
  }
  const queryMs: number[] = []
  let files = 0
  for (const one of cases) {
    const view = await opened.index.view({ commit: one.parent })
    const history = await opened.history.of(one.parent)
    files = view.files.length
    const add = (name: string, ranked: readonly string[], tests: readonly string[]) => {
      const list = results[name] ?? []
      results[name] = list
      list.push(judge(ranked, one.answer, { ranked: tests, answer: one.tests }))
    }
    const started = performance.now()
    const texts = new ViewTexts(view, opened.index.reader)
    const ranking = await ranker.rank({ view, task: one.task, history, texts })
    queryMs.push(performance.now() - started)
    const paths = (role: FileRole, from = ranking) => (from.byRole.get(role) ?? []).map(({ path }) => path)
    const code = (from = ranking) =>
      answer === 'code' ? from.code.map(({ path }) => path) : paths('implementation', from)
    add('patchlane', code(), paths('test'))
    const bare = await ranker.rank({ view, task: one.task, texts })
    add('patchlane, no history', code(bare), paths('test', bare))
    const wordless = await ranker.rank({ view, task: one.task, history })
    add('patchlane, no texts', code(wordless), paths('test', wordless))
    const linear = await plainRanker.rank({ view, task: one.task, history })
    add('patchlane, no trees', code(linear), paths('test', linear))
    if (answer === 'code') add('patchlane, implementation files', paths('implementation'), paths('test'))
    else
      add(
        'patchlane, one list of all code',
        ranking.code.map(({ path }) => path),
        paths('test'),
      )
    const plain = plainBm25(view, one.task, () => true)
    const apart = plainBm25(view, one.task, (at) => view.file(at).role === 'implementation')
    add('BM25, implementation files', apart, plain)
    add('BM25', plain, plain)
    const map = maps?.get(one)
    if (map !== undefined) {
      const own = (role: FileRole) => map.filter((path) => view.files[view.position(path) ?? -1]?.role === role)
      add('repository map', map, map)
      add('repository map, implementation files', own('implementation'), own('test'))
    }
  }
  await opened.close()
  all.push({ name: opened.name, files, results, queryMs })
  // After each repository, so that a run that is stopped has not been for nothing.
  if (values.json !== undefined) await writeResults(values.json, all)
  console.error(`${opened.name}: ${cases.length} cases`)
}
console.log(reportMarkdown(all))
