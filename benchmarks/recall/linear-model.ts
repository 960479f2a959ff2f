import { featureNames } from '@patchlane/context-builder'
import type { FeatureCase } from './feature-file.ts'

export interface FitOptions {
  /** Strength of the pull towards 0. */
  l2: number
  /** Where to begin. The loss is convex: it saves steps, and does not change the answer. */
  start?: Float64Array
  /** Steps of the descent. */
  steps: number
}

const WIDTH = featureNames.length
const RATE = 0.15

/**
 * Weights, none below 0, that make the files of the answers most likely: the mean over repositories, and over their cases, of
 * −log(e^s ÷ (e^s + Σ e^s′)), s the score of a file of the answer and s′ those of the files that are in no answer (a list-wise logistic loss), plus
 * l2 ÷ 2 × |w|². Convex; descended by Adam with projection, all cases at each step, so that the result does not depend on an order or a seed.
 */
export function fitWeights(repositories: readonly (readonly FeatureCase[])[], options: FitOptions): Float64Array {
  const weights = options.start?.slice() ?? new Float64Array(WIDTH)
  const gradient = new Float64Array(WIDTH)
  const first = new Float64Array(WIDTH)
  const second = new Float64Array(WIDTH)
  for (let step = 1; step <= options.steps; step++) {
    gradient.fill(0)
    for (const cases of repositories) {
      for (const one of cases) addGradient(one, weights, gradient, 1 / (repositories.length * cases.length))
    }
    const rate = step < options.steps * 0.7 ? RATE : RATE / 10
    for (let at = 0; at < WIDTH; at++) {
      const slope = (gradient[at] ?? 0) + options.l2 * (weights[at] ?? 0)
      first[at] = 0.9 * (first[at] ?? 0) + 0.1 * slope
      second[at] = 0.99 * (second[at] ?? 0) + 0.01 * slope * slope
      const mean = (first[at] ?? 0) / (1 - 0.9 ** step)
      const spread = Math.sqrt((second[at] ?? 0) / (1 - 0.99 ** step))
      weights[at] = Math.max(0, (weights[at] ?? 0) - (rate * mean) / (spread + 1e-9))
    }
  }
  return weights
}

/** Of each feature, the first so many rows: those that no weights could raise among the first say nothing, and cost most of the time. */
const HARD = 10

/** A case with the rows that some feature puts near the top, and the answer. */
export function hardRows(one: FeatureCase): FeatureCase {
  const kept = new Set(one.answer)
  for (let column = 0; column < WIDTH; column++) {
    const value = (row: number) => one.values[row * WIDTH + column] ?? 0
    const rows = Array.from({ length: one.files }, (_, row) => row).filter((row) => value(row) > 0)
    rows.sort((a, b) => value(b) - value(a) || a - b)
    for (const row of rows.slice(0, HARD)) kept.add(row)
  }
  const rows = [...kept].sort((a, b) => a - b)
  const values = new Float32Array(rows.length * WIDTH)
  for (const [at, row] of rows.entries()) values.set(one.values.subarray(row * WIDTH, (row + 1) * WIDTH), at * WIDTH)
  return { values, files: rows.length, answer: one.answer.map((row) => rows.indexOf(row)), missing: one.missing }
}

/** Files in the order of their scores; ties in the order of their rows, which is that of their paths. */
export function rankRows(one: FeatureCase, weights: Float64Array): number[] {
  const scores = scoresOf(one, weights)
  return [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
}

function scoresOf({ values, files }: FeatureCase, weights: Float64Array): Float64Array {
  const scores = new Float64Array(files)
  for (let row = 0; row < files; row++) {
    let score = 0
    for (let at = 0; at < WIDTH; at++) score += (values[row * WIDTH + at] ?? 0) * (weights[at] ?? 0)
    scores[row] = score
  }
  return scores
}

function addGradient(one: FeatureCase, weights: Float64Array, gradient: Float64Array, share: number): void {
  const { values, files, answer } = one
  if (answer.length === 0) return
  const scores = scoresOf(one, weights)
  let most = Number.NEGATIVE_INFINITY
  for (let row = 0; row < files; row++) most = Math.max(most, scores[row] ?? 0)
  let others = 0
  for (let row = 0; row < files; row++) {
    const likelihood = Math.exp((scores[row] ?? 0) - most)
    scores[row] = likelihood
    others += likelihood
  }
  for (const row of answer) others -= scores[row] ?? 0
  const part = share / answer.length
  let inverse = 0
  for (const row of answer) inverse += 1 / ((scores[row] ?? 0) + others)
  // What pulls a row down is its likelihood beside each file of the answer; a file of the answer is pulled up by what is missing to certainty.
  for (let row = 0; row < files; row++) scores[row] = part * (scores[row] ?? 0) * inverse
  const pulls = answer.map((row) => {
    const likelihood = (scores[row] ?? 0) / (part * inverse)
    return -part * (others / (likelihood + others))
  })
  for (const [at, row] of answer.entries()) scores[row] = pulls[at] ?? 0
  for (let row = 0; row < files; row++) {
    const pull = scores[row] ?? 0
    const start = row * WIDTH
    for (let at = 0; at < WIDTH; at++) gradient[at] = (gradient[at] ?? 0) + pull * (values[start + at] ?? 0)
  }
}
