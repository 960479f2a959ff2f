// Fits the trees of the merge's gate on the history of repositories, with cross-validation that leaves whole repositories out:
//   node --conditions=@patchlane/source benchmarks/merge/fit-gate.ts --samples FILE --repo DIR [--repo DIR ...] [--max N] [--write]
// Samples are read from FILE where it exists, and collected into it where not. --write replaces the trees in packages/merge.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { SURE, WORTH_PROPOSING } from '@patchlane/merge'
import { mirrored } from '../../packages/merge/src/structured/feature-set.ts'
import { confidenceIn, confidenceInAll, type GateModel, writeTree } from '../../packages/merge/src/structured/gate.ts'
import { fitTrees } from './boosting.ts'
import { collectSamples, type FileSample } from './gate-samples.ts'
import type { Row } from './rows.ts'

const FOLDS = 6
const BOOSTING = {
  trees: 200,
  leaves: 8,
  rate: 0.05,
  ridge: 5,
  minRows: 20,
  columns: 0.3,
  sample: 0.8,
  minOccurrences: 15,
} as const

const { values } = parseArgs({
  options: {
    samples: { type: 'string' },
    repo: { type: 'string', multiple: true, default: [] },
    max: { type: 'string', default: '400' },
    write: { type: 'boolean', default: false },
  },
})
if (values.samples === undefined) {
  console.error('usage: fit-gate.ts --samples FILE --repo DIR [--repo DIR ...] [--max N] [--write]')
  process.exit(2)
}
if (!existsSync(values.samples)) {
  const lines: string[] = []
  for (const repo of values.repo)
    for await (const sample of collectSamples(repo, Number(values.max))) lines.push(JSON.stringify(sample))
  writeFileSync(values.samples, lines.join('\n'))
}
const samples: FileSample[] = readFileSync(values.samples, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line))

const repositories = [...new Set(samples.map(({ repository }) => repository))].sort()
const foldOf = ({ repository }: FileSample) => repositories.indexOf(repository) % FOLDS
const judged: { confidence: number; right: boolean }[] = []
for (let fold = 0; fold < FOLDS; fold++) {
  const model = fit(samples.filter((sample) => foldOf(sample) !== fold))
  for (const sample of samples) if (foldOf(sample) === fold) judge(sample, model)
}
printCurve()
if (values.write) write(fit(samples))

function fit(files: readonly FileSample[]): GateModel {
  const ofMerge = new Map<string, number>()
  const mergeOf = ({ repository, commit }: FileSample) => `${repository} ${commit}`
  for (const file of files) ofMerge.set(mergeOf(file), (ofMerge.get(mergeOf(file)) ?? 0) + 1)
  const rows = files.flatMap((file): Row[] => {
    // Conflicts of one file and files of one merge are settled by one person in one mood.
    const weight = 1 / Math.sqrt(file.conflicts.length * (ofMerge.get(mergeOf(file)) ?? 1))
    return file.conflicts.flat().map(({ right, features }) => ({ features, right, weight }))
  })
  return fitTrees(rows, BOOSTING)
}

/** What the product would answer: the surest proposal of each conflict, as sure as all of them together, the less sure way round. */
function judge({ conflicts }: FileSample, model: GateModel): void {
  const each: number[] = []
  let right = true
  for (const proposals of conflicts) {
    let best = { confidence: 0, right: false }
    let other = 0
    for (const { features, right } of proposals) {
      const confidence = confidenceIn(features, model)
      if (confidence > best.confidence) best = { confidence, right }
      other = Math.max(other, confidenceIn(mirrored(features), model))
    }
    each.push(Math.min(best.confidence, other))
    right &&= best.right
  }
  judged.push({ confidence: each.length === 0 ? 0 : confidenceInAll(each), right })
}

function printCurve(): void {
  console.log(`${samples.length} conflicts of ${repositories.length} repositories: ${repositories.join(', ')}`)
  console.log('| confidence | answered | equal | of what is answered | of all conflicts |\n|---|---|---|---|---|')
  const steps = new Set([0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4, 0.35, 0.28, 0.2, SURE, WORTH_PROPOSING])
  for (const at of [...steps].sort((a, b) => b - a)) {
    const answered = judged.filter(({ confidence }) => confidence >= at)
    const equal = answered.filter(({ right }) => right).length
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`
    const cells = [
      at.toFixed(2),
      answered.length,
      equal,
      percent(equal / answered.length),
      percent(equal / samples.length),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}

function write({ bias, trees }: GateModel): void {
  const rows = trees.map((tree) => `    '${writeTree(tree)}',`)
  const text = `/** Written by \`benchmarks/merge/fit-gate.ts\` from ${samples.length} conflicts of ${repositories.join(', ')}. */
export const gateTrees = {
  bias: ${bias.toFixed(4)},
  trees: [
${rows.join('\n')}
  ],
} as const
`
  writeFileSync(new URL('../../packages/merge/src/structured/gate-trees.ts', import.meta.url), text)
}
