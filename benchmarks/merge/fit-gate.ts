// Fits the weights of the merge's gate on the history of repositories, with cross-validation that leaves whole repositories out:
//   node --conditions=@patchlane/source benchmarks/merge/fit-gate.ts --samples FILE --repo DIR [--repo DIR ...] [--max N] [--write]
// Samples are read from FILE where it exists, and collected into it where not. --write replaces the weights in packages/merge.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { SURE, WORTH_PROPOSING } from '@patchlane/merge'
import { confidenceIn, confidenceInAll } from '../../packages/merge/src/structured/gate.ts'
import { collectSamples, type FileSample } from './gate-samples.ts'
import { fitLogistic, type Weights } from './logistic.ts'

const FOLDS = 6
/** Strength of the pull of each weight towards 0. */
const RIDGE = 10
/** Rarer features say nothing. */
const MIN_OCCURRENCES = 15

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
  const weights = fit(samples.filter((sample) => foldOf(sample) !== fold))
  for (const sample of samples) if (foldOf(sample) === fold) judge(sample, weights)
}
printCurve()
if (values.write) write(fit(samples))

function fit(files: readonly FileSample[]): Weights {
  const rows = files.flatMap(({ conflicts }) =>
    conflicts.flatMap((proposals) =>
      proposals.map(({ right, features }) => ({
        features,
        right,
        weight: 1 / Math.sqrt(conflicts.length),
      })),
    ),
  )
  return fitLogistic(rows, { ridge: RIDGE, minOccurrences: MIN_OCCURRENCES })
}

/** What the product would answer: the surest proposal of each conflict, as sure as all of them together. */
function judge({ conflicts }: FileSample, weights: Weights): void {
  const each: number[] = []
  let right = true
  for (const proposals of conflicts) {
    let best = { confidence: 0, right: false }
    for (const { features, right } of proposals) {
      const confidence = confidenceIn(features, weights)
      if (confidence > best.confidence) best = { confidence, right }
    }
    each.push(best.confidence)
    right &&= best.right
  }
  judged.push({ confidence: each.length === 0 ? 0 : confidenceInAll(each), right })
}

function printCurve(): void {
  console.log(`${samples.length} conflicts of ${repositories.length} repositories: ${repositories.join(', ')}`)
  console.log('| confidence | answered | equal | of what is answered | of all conflicts |\n|---|---|---|---|---|')
  for (const at of [0.9, 0.85, SURE, 0.75, 0.7, 0.6, 0.5, 0.4, 0.35, WORTH_PROPOSING, 0.2]) {
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

function write(weights: Weights): void {
  const rows = Object.entries(weights).map(([name, value]) => {
    const key = /^\w+$/.test(name) ? name : `'${name}'`
    return `  ${key}: ${value.toFixed(3)},`
  })
  const text = `/** Written by \`benchmarks/merge/fit-gate.ts\` from ${samples.length} conflicts of ${repositories.join(', ')}. */
export const gateWeights: Readonly<Record<string, number>> = {
${rows.join('\n')}
}
`
  writeFileSync(new URL('../../packages/merge/src/structured/gate-weights.ts', import.meta.url), text)
}
