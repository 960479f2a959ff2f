import type { FeatureName } from './features.ts'
import { fittedWeights } from './fitted-weights.ts'

/** What each feature of a file counts. */
export type RankWeights = Readonly<Record<FeatureName | 'mention', number>>

/** More than all features together can give but for the strongest matches: a path in the task is meant. */
const MENTION = 8

/**
 * The weights of the features are the answer of `benchmarks/recall/fit.ts`, unrounded by hand. That of a path in the task is set: the tasks it is fitted
 * on have had their paths taken out.
 */
export const defaultWeights: RankWeights = { ...fittedWeights, mention: MENTION }
