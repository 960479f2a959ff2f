import type { Signals } from './signals.ts'
import type { RankWeights } from './weights.ts'

/** Scores are whole numbers of this part, so that a last bit of a logarithm cannot turn an order around. */
export const SCORE_UNIT = 1e-6

const added = ['lexical', 'chunk', 'identifier', 'mention', 'baseName', 'history', 'frequency'] as const

/** One score per file. Signals are scaled by their largest value among the files that `counts`, so that weights mean the same in every repository. */
export function scoresOf(
  signals: Signals,
  weights: RankWeights,
  options: { counts: (position: number) => boolean; inDegree?: ArrayLike<number> | undefined },
): Float64Array {
  const size = signals.lexical.length
  const scores = new Float64Array(size)
  for (const name of added) {
    const weight = weights[name]
    const values = signals[name]
    if (weight === 0) continue
    let most = 0
    for (let at = 0; at < size; at++) if (options.counts(at)) most = Math.max(most, values[at] ?? 0)
    // Nothing among those that count: the others are compared with each other.
    if (most === 0) for (const value of values) most = Math.max(most, value)
    // A mention is a fact, not a matter of degree: half a mention stays half when there is no whole one.
    const scale = name === 'mention' || name === 'baseName' ? 1 : most
    if (scale === 0) continue
    for (let at = 0; at < size; at++) scores[at] = (scores[at] ?? 0) + weight * Math.min(1, (values[at] ?? 0) / scale)
  }
  for (let at = 0; at < size; at++) {
    let score = scores[at] ?? 0
    score *= 1 + weights.scope * (signals.scope[at] ?? 0)
    score *= 1 + weights.package * (signals.package[at] ?? 0)
    if (options.inDegree !== undefined && (signals.mention[at] ?? 0) < 0.6 && (signals.baseName[at] ?? 0) < 0.9) {
      score /= 1 + weights.hub * Math.log1p(options.inDegree[at] ?? 0)
    }
    scores[at] = Math.round(score / SCORE_UNIT)
  }
  return scores
}
