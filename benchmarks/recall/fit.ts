/**
 * Fits the weights of the ranking on what `dump.ts` wrote, and says how well such weights do on repositories that they were not fitted on: each
 * repository is left out once, in groups. The strength of regularisation is the one that does best on the repositories left out.
 *
 *   node --conditions=@patchlane/source benchmarks/recall/fit.ts --features DIR [--folds 11] [--l2 0.002] [--without lately,often] [--write]
 *
 * `--write` keeps the weights in `packages/context-builder/src/rank/fitted-weights.ts`. The same features give the same file.
 * The trees begin from the scores that these weights give: after new weights, make them anew (`dump-evidence.ts`, `fit_trees.py`).
 */
import { readdir, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { featureNames } from '@patchlane/context-builder'
import { type FeatureCase, type FeatureFile, readFeatures } from './feature-file.ts'
import { fitWeights, hardRows, rankRows } from './linear-model.ts'
import { average, type CaseResult, judgeRanks } from './metrics.ts'

const { values } = parseArgs({
  options: {
    features: { type: 'string' },
    folds: { type: 'string', default: '11' },
    l2: { type: 'string', multiple: true, default: ['0.001', '0.002', '0.005'] },
    without: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
})
if (values.features === undefined) throw new Error('--features DIR: what dump.ts wrote.')
const directory = values.features
const without = values.without.split(',').filter((name) => name !== '')
const names = (await readdir(directory)).filter((name) => name.endsWith('.json')).sort()
const repositories = await Promise.all(names.map((name) => readFeatures(directory, name.slice(0, -'.json'.length))))
for (const { cases } of repositories) for (const one of cases) leaveOut(one)
const hard = repositories.map(({ cases }) => cases.map(hardRows))

const folds = Math.min(Number(values.folds), repositories.length)
const trials = values.l2.map(Number).map((l2) => {
  const weights = fitWeights(hard, { l2, steps: 200 })
  const results: CaseResult[][] = repositories.map(() => [])
  for (let fold = 0; fold < folds; fold++) {
    const own = (at: number) => at % folds === fold
    // From the weights of all, the way to those of most is short.
    const trained = fitWeights(
      hard.filter((_, at) => !own(at)),
      { l2, start: weights, steps: 60 },
    )
    for (const [at, { cases }] of repositories.entries()) if (own(at)) results[at] = judgeAll(cases, trained)
  }
  console.log(`l2 ${l2}, left out: ${line(results)}`)
  return { l2, weights, results, recall: averageOf(results, ({ recall }) => recall[5]) }
})
const best = trials.reduce((a, b) => (b.recall > a.recall ? b : a))
for (const [at, { repository, cases }] of repositories.entries()) {
  console.log(`  ${repository.padEnd(42)} ${cases.length} cases  ${line([best.results[at] ?? []])}`)
}
const rounded = Object.fromEntries(
  featureNames.map((name, at) => [name, Math.round((best.weights[at] ?? 0) * 1_000) / 1_000]),
)
console.log(JSON.stringify(rounded, null, 2))
if (values.write) {
  const target = new URL('../../packages/context-builder/src/rank/fitted-weights.ts', import.meta.url)
  await writeFile(target, moduleOf(rounded, repositories))
}

function leaveOut(one: FeatureCase): void {
  for (const [column, name] of featureNames.entries()) {
    if (!without.includes(name)) continue
    for (let row = 0; row < one.files; row++) one.values[row * featureNames.length + column] = 0
  }
}

function judgeAll(cases: readonly FeatureCase[], weights: Float64Array): CaseResult[] {
  return cases.map((one) => {
    const rows = rankRows(one, weights)
    return judgeRanks(
      one.answer.map((row) => rows.indexOf(row)),
      one.answer.length + one.missing,
    )
  })
}

/** Each repository counts alike, however many cases it has. */
function averageOf(results: readonly (readonly CaseResult[])[], read: (result: CaseResult) => number): number {
  return average(results.map((list) => average(list.map(read))))
}

function line(results: readonly (readonly CaseResult[])[]): string {
  const of = (read: (result: CaseResult) => number) => (100 * averageOf(results, read)).toFixed(1)
  return [
    `R@1 ${of(({ recall }) => recall[1])}`,
    `R@5 ${of(({ recall }) => recall[5])}`,
    `R@10 ${of(({ recall }) => recall[10])}`,
    `R@20 ${of(({ recall }) => recall[20])}`,
    `hit@5 ${of(({ hit5 }) => hit5)}`,
    `MRR ${of(({ reciprocalRank }) => reciprocalRank)}`,
  ].join('  ')
}

function moduleOf(weights: Record<string, number>, from: readonly FeatureFile[]): string {
  const cases = from.reduce((sum, one) => sum + one.cases.length, 0)
  return [
    '/**',
    ` * Written by \`benchmarks/recall/fit.ts\` from ${cases} past commits of ${from.length} repositories, l2 ${best.l2}. Not to be edited: fit anew.`,
    ` * Each judged by weights fitted without it: ${line(best.results)}.`,
    ' *',
    ...from.map(
      ({ repository, head, cases: own }) => ` * ${repository.replace('+', '/')} ${head.slice(0, 12)} (${own.length})`,
    ),
    ' */',
    'export const fittedWeights = {',
    ...Object.entries(weights).map(([name, weight]) => `  ${name}: ${weight},`),
    '}',
    '',
  ].join('\n')
}
