import { featureNames, featuresOf } from './features.ts'
import type { Signals } from './signals.ts'
import type { RankWeights } from './weights.ts'

/** Scores are whole numbers of this part, so that a last bit of a logarithm cannot turn an order around. */
export const SCORE_UNIT = 1e-6

/** The scores of some files, in their order; comparable with those of files that were measured by the same. */
export function scoresOf(
  signals: Signals,
  positions: readonly number[],
  weights: RankWeights,
  measure: readonly number[] = positions,
): Float64Array {
  const features = featuresOf(signals, positions, measure)
  return Float64Array.from(positions, (at, n) => {
    let score = weights.mention * (signals.mention[at] ?? 0)
    for (const name of featureNames) score += weights[name] * (features[name][n] ?? 0)
    return Math.round(score / SCORE_UNIT)
  })
}
