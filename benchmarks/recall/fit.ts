/**
 * Fits the ranking's weights: coordinate ascent on the mean of recall@1, recall@5, recall@10 and the reciprocal rank over past commits
 * of the training repositories, each repository counting alike. Prints the weights; they are kept in
 * `packages/context-builder/src/rank/weights.ts`.
 *
 *   node --conditions=@patchlane/source benchmarks/recall/fit.ts --cases 60 --state DIR REPO...
 */
import { parseArgs } from 'node:util'
import {
  type CodeGraph,
  type CodeView,
  ContextRanker,
  defaultWeights,
  type History,
  type RankWeights,
  readTask,
  type Signals,
  scoresOf,
  signalsOf,
  type TaskQuery,
} from '@patchlane/context-builder'
import { recallCases } from './cases.ts'
import { average, judge } from './metrics.ts'
import { openRepository } from './open-repository.ts'

interface Training {
  repository: number
  task: string
  query: TaskQuery
  view: CodeView
  history: History
  graph: CodeGraph
  /** Positions of implementation files. */
  candidates: number[]
  answer: string[]
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: 'string', default: '60' },
    state: { type: 'string' },
    window: { type: 'string', default: '1500' },
    'follow-up-only': { type: 'boolean', default: false },
  },
})

const training: Training[] = []
for (const [repository, directory] of positionals.entries()) {
  const opened = await openRepository(directory, values.state)
  const cases = await recallCases(opened.repository, {
    head: 'HEAD',
    count: Number(values.cases),
    window: Number(values.window),
    maxFiles: 5,
  })
  for (const one of cases) {
    const view = await opened.index.view({ commit: one.parent })
    const candidates = [...view.files.keys()].filter((at) => view.file(at).role === 'implementation')
    const history = await opened.history.of(one.parent)
    const graph = await opened.graphs.of(view)
    training.push({
      repository,
      task: one.task,
      query: readTask(one.task),
      view,
      history,
      graph,
      candidates,
      answer: one.implementation,
    })
  }
  await opened.close()
  console.error(`${directory}: ${cases.length} cases`)
}

/** Signals of the candidates alone, so that a step of the ascent costs microseconds a case. */
function compact(one: Training, weights: RankWeights): Signals {
  const all = signalsOf(one, weights)
  const pick = (values: Float64Array) => Float64Array.from(one.candidates, (at) => values[at] ?? 0)
  return {
    lexical: pick(all.lexical),
    chunk: pick(all.chunk),
    identifier: pick(all.identifier),
    baseName: pick(all.baseName),
    mention: pick(all.mention),
    history: pick(all.history),
    frequency: pick(all.frequency),
    scope: pick(all.scope),
    package: pick(all.package),
    idf: all.idf,
  }
}

function objective(signals: readonly Signals[], weights: RankWeights): number {
  const byRepository = new Map<number, number[]>()
  for (const [n, one] of training.entries()) {
    const found = signals[n]
    if (found === undefined) continue
    const inDegree = Float64Array.from(one.candidates, (at) => one.graph.inDegree[at] ?? 0)
    const scores = scoresOf(found, weights, { counts: () => true, inDegree })
    const ranked = [...scores.keys()]
      .filter((at) => (scores[at] ?? 0) > 0)
      .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
      .slice(0, 50)
      .map((at) => one.view.file(one.candidates[at] ?? 0).path)
    const { recall, reciprocalRank } = judge(ranked, one.answer, { ranked: [], answer: [] })
    const value = (recall[1] + recall[5] + recall[10] + reciprocalRank) / 4
    byRepository.set(one.repository, [...(byRepository.get(one.repository) ?? []), value])
  }
  return average([...byRepository.values()].map(average))
}

/** Less than this is chance: a training set of some hundred commits cannot tell it from nothing. */
const WORTH = 0.002
const inner = ['comment', 'definition', 'name', 'folder', 'saturation', 'lengthNorm'] as const
const outer = ['chunk', 'identifier', 'mention', 'baseName', 'history', 'frequency', 'scope', 'package', 'hub'] as const
let weights: RankWeights = { ...defaultWeights }
let signals = training.map((one) => compact(one, weights))
let best = objective(signals, weights)
console.error(`start ${best.toFixed(4)}`)

function ascendOuter(): boolean {
  let moved = false
  for (const name of outer) {
    const at = weights[name]
    // Coarse steps: a small training set carries no fine ones.
    for (const value of [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2]) {
      if (value === at) continue
      const trial = { ...weights, [name]: value }
      const score = objective(signals, trial)
      if (score > best + WORTH) {
        best = score
        weights = trial
        moved = true
      }
    }
  }
  return moved
}

for (let round = 0; round < 3 && !values['follow-up-only']; round++) {
  while (ascendOuter()) console.error(`outer ${best.toFixed(4)} ${JSON.stringify(weights)}`)
  let moved = false
  for (const name of inner) {
    for (const factor of [0.5, 0.75, 1.5, 2]) {
      const value = Math.round(weights[name] * factor * 100) / 100
      if (name === 'lengthNorm' && value > 1) continue
      const trial = { ...weights, [name]: value }
      const trialSignals = training.map((one) => compact(one, trial))
      const score = objective(trialSignals, trial)
      if (score <= best + WORTH) continue
      best = score
      weights = trial
      signals = trialSignals
      moved = true
    }
  }
  console.error(`inner ${best.toFixed(4)} ${JSON.stringify(weights)}`)
  if (!moved) break
}
// What follows from the first files depends on all the other weights, so it comes last.
function wholeObjective(trial: RankWeights): number {
  const ranker = new ContextRanker({ weights: trial })
  const byRepository = new Map<number, number[]>()
  for (const { repository, view, history, graph, task, answer } of training) {
    const ranked = (ranker.rank({ view, task, history, graph }).byRole.get('implementation') ?? [])
      .slice(0, 50)
      .map(({ path }) => path)
    const { recall, reciprocalRank } = judge(ranked, answer, { ranked: [], answer: [] })
    const value = (recall[1] + recall[5] + recall[10] + reciprocalRank) / 4
    byRepository.set(repository, [...(byRepository.get(repository) ?? []), value])
  }
  return average([...byRepository.values()].map(average))
}
best = wholeObjective(weights)
for (const name of ['together', 'neighbour'] as const) {
  for (const value of [0, 0.05, 0.1, 0.2, 0.4, 0.7]) {
    const score = wholeObjective({ ...weights, [name]: value })
    console.error(`${name} ${value}: ${score.toFixed(4)}`)
    if (score <= best + WORTH) continue
    best = score
    weights = { ...weights, [name]: value }
  }
}
console.log(JSON.stringify(weights, null, 2))
