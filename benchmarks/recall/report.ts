import { average, type CaseResult, estimate } from './metrics.ts'
import type { RepositoryResult } from './results-file.ts'

type Measure = readonly [name: string, read: (result: CaseResult) => number | null]

const measures: readonly Measure[] = [
  ['R@1', ({ recall }) => recall[1]],
  ['R@5', ({ recall }) => recall[5]],
  ['R@10', ({ recall }) => recall[10]],
  ['R@20', ({ recall }) => recall[20]],
  ['hit@5', ({ hit5 }) => hit5],
  ['MRR', ({ reciprocalRank }) => reciprocalRank],
  ['tests@10', ({ tests10 }) => tests10],
]

/** Tables for people: all cases together, the differences pair by pair, and each repository. */
export function reportMarkdown(all: readonly RepositoryResult[]): string {
  const names = [...new Set(all.flatMap(({ results }) => Object.keys(results)))]
  const of = (name: string) => all.flatMap(({ results }) => results[name] ?? [])
  const cases = of('patchlane').length
  const lines = [
    `${cases} commits of ${all.length} repositories. Per cent, with 95 % intervals (bootstrap over commits).`,
    '',
    `| Ranker | cases | ${measures.map(([name]) => name).join(' | ')} |`,
    `|---|---|${measures.map(() => '---').join('|')}|`,
    ...names.map(
      (name) =>
        `| ${name} | ${of(name).length} | ${measures.map(([, read]) => interval(of(name), read)).join(' | ')} |`,
    ),
    '',
    'The same with each repository counting alike (bootstrap over repositories):',
    '',
    `| Ranker | repositories | ${measures.map(([name]) => name).join(' | ')} |`,
    `|---|---|${measures.map(() => '---').join('|')}|`,
    ...names.map((name) => {
      const lists = all.map(({ results }) => results[name] ?? []).filter((list) => list.length > 0)
      return `| ${name} | ${lists.length} | ${measures.map(([, read]) => overRepositories(lists, read)).join(' | ')} |`
    }),
    '',
    'patchlane less each other ranker, over the cases both were asked:',
    '',
    `| Other | ${measures.map(([name]) => name).join(' | ')} |`,
    `|---|${measures.map(() => '---').join('|')}|`,
    ...names
      .filter((name) => name !== 'patchlane')
      .map((name) => `| ${name} | ${measures.map(([, read]) => difference(all, name, read)).join(' | ')} |`),
    '',
    '| Repository | files | cases | R@1 | R@5 | R@10 | R@20 | MRR | tests@10 | BM25 R@5 | BM25 impl. R@5 | query, ms |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...all.map(repositoryLine),
  ]
  return lines.join('\n')
}

function repositoryLine({ name, files, results, queryMs }: RepositoryResult): string {
  const own = results.patchlane ?? []
  const mean = (list: readonly CaseResult[], read: Measure[1]) => percent(average(numbers(list, read)))
  const r5 = (result: CaseResult) => result.recall[5]
  const columns = [0, 1, 2, 3, 5, 6].map((at) => mean(own, measures[at]?.[1] ?? r5))
  const baselines = [mean(results.BM25 ?? [], r5), mean(results['BM25, implementation files'] ?? [], r5)]
  return `| ${[name, files, own.length, ...columns, ...baselines, average(queryMs).toFixed(0)].join(' | ')} |`
}

function interval(results: readonly CaseResult[], read: Measure[1]): string {
  const { mean, low, high } = estimate(numbers(results, read))
  return `${percent(mean)} (${percent(low)}–${percent(high)})`
}

function overRepositories(lists: readonly (readonly CaseResult[])[], read: Measure[1]): string {
  const means = lists.map((list) => numbers(list, read)).filter((list) => list.length > 0)
  const { mean, low, high } = estimate(means.map(average))
  return `${percent(mean)} (${percent(low)}–${percent(high)})`
}

function difference(all: readonly RepositoryResult[], name: string, read: Measure[1]): string {
  const pairs = all.flatMap(({ results }) =>
    (results[name] ?? []).flatMap((other, at) => {
      const [left, right] = [results.patchlane?.[at], other].map((result) =>
        result === undefined ? null : read(result),
      )
      return typeof left === 'number' && typeof right === 'number' ? [left - right] : []
    }),
  )
  const { mean, low, high } = estimate(pairs)
  const signed = (value: number) => (value < 0 ? '' : '+') + percent(value)
  return `${signed(mean)} (${signed(low)}…${signed(high)})`
}

function numbers(results: readonly CaseResult[], read: Measure[1]): number[] {
  return results.map(read).filter((value) => value !== null)
}

function percent(value: number): string {
  return (100 * value).toFixed(1)
}
