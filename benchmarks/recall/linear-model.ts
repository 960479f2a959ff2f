import { featureNames } from '@patchlane/context-builder'
import type { FeatureCase } from './feature-file.ts'

export interface FitOptions {
  /** Strength of the pull towards 0. */
  l2: number
  /** Where to begin. The loss is convex: it saves steps, and does not change the answer. */
  start?: Float64Array
}

const WIDTH = featureNames.length
const STEPS = 300
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
  for (let step = 1; step <= STEPS; step++) {
    gradient.fill(0)
    for (const cases of repositories) {
      for (const one of cases) addGradient(one, weights, gradient, 1 / (repositories.length * cases.length))
    }
    const rate = step < STEPS * 0.7 ? RATE : RATE / 10
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

/** Rows that no weights could raise among the first say nothing, and cost most of the time. */
const HARD = 120

/** A case with the rows that some feature puts near the top, and the answer. */
export function hardRows(one: FeatureCase): FeatureCase {
  const kept = new Set(one.answer)
  for (let column = 0; column < WIDTH; column++) {
    const value = (row: number) => one.values[row * WIDTH + column] ?? 0
    const rows = Array.from({ length: one.files }, (_, row) => row).filter((row) => value(row) > 0)
    rows.sort((a, b) => value(b) - value(a) || a - b)
    for (const row of rows.slice(0, HARD / 6)) kept.add(row)
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
  if (one.answer.length === 0) return
  const scores = scoresOf(one, weights)
  const most = scores.reduce((max, score) => Math.max(max, score), Number.NEGATIVE_INFINITY)
  const likelihoods = scores.map((score) => Math.exp(score - most))
  const answer = new Set(one.answer)
  let others = 0
  for (const [row, likelihood] of likelihoods.entries()) if (!answer.has(row)) others += likelihood
  const part = share / one.answer.length
  const pulls = new Float64Array(one.files)
  let inverse = 0
  for (const row of answer) {
    const likelihood = likelihoods[row] ?? 0
    pulls[row] = -part * (others / (likelihood + others))
    inverse += 1 / (likelihood + others)
  }
  for (let row = 0; row < one.files; row++) {
    const pull = answer.has(row) ? (pulls[row] ?? 0) : part * (likelihoods[row] ?? 0) * inverse
    for (let at = 0; at < WIDTH; at++) gradient[at] = (gradient[at] ?? 0) + pull * (one.values[row * WIDTH + at] ?? 0)
  }
}
