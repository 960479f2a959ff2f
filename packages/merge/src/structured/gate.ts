import type { Features } from './features.ts'
import { gateWeights } from './gate-weights.ts'

/**
 * How likely people are to settle a conflict by this proposal: a logistic model of what they did with the conflicts of public
 * repositories. `benchmarks/merge/fit-gate.ts` fits the weights and names the repositories.
 */
export function confidenceIn(features: Features, weights: Readonly<Record<string, number>> = gateWeights): number {
  let sum = weights.bias ?? 0
  for (const [name, value] of Object.entries(features)) sum += (weights[name] ?? 0) * value
  return 1 / (1 + Math.exp(-sum))
}

/** People who settle one conflict of a file as we would, mostly settle the others so too: together they are likelier than their product. */
const KINSHIP = 0.6

/** How likely all conflicts of a file are settled as people would, from the likelihood of each. */
export function confidenceInAll(each: readonly number[]): number {
  const product = each.reduce((all, one) => all * one, 1)
  return each.length > 1 ? product ** KINSHIP : product
}
