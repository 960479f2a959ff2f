import type { CodeView } from '../code-view.ts'
import type { CodeGraph } from '../graph/code-graph.ts'
import type { History } from '../history/history.ts'
import { changedTogether } from './history-signals.ts'
import type { RankWeights } from './weights.ts'

/** The files that lead: what is known of them speaks for others, not for themselves. */
const LEADERS = 3

export interface FollowUpSources {
  view: CodeView
  history?: History | undefined
  graph?: CodeGraph | undefined
  isCandidate: (position: number) => boolean
}

/** What the files that lead say about the others: 0 to 1 each. */
export interface FollowUp {
  /** Changed in the same commits. */
  together: ReadonlyMap<number, number>
  /** Imports one of them, or is imported by one; less for what everything imports. */
  neighbour: ReadonlyMap<number, number>
}

/** A task is often about several files, and the first ones found tell of the rest. */
export function followUp(scores: Float64Array, { view, history, graph, isCandidate }: FollowUpSources): FollowUp {
  const leaders = leadersOf(scores, isCandidate)
  const together = history === undefined ? new Map<number, number>() : changedTogether(view, history, leaders)
  const neighbour = new Map<number, number>()
  const raise = (position: number, share: number) => {
    if (!leaders.includes(position)) neighbour.set(position, Math.max(neighbour.get(position) ?? 0, share))
  }
  if (graph !== undefined) {
    for (const leader of leaders) {
      for (const target of graph.imports[leader] ?? []) raise(target, 1 / Math.log2(2 + (graph.inDegree[target] ?? 0)))
      for (const from of graph.importedBy[leader] ?? []) raise(from, 1 / Math.log2(2 + (graph.inDegree[leader] ?? 0)))
    }
  }
  return { together, neighbour }
}

/** Adds to each follower's score a share of the best score. */
export function withFollowUp(
  scores: Float64Array,
  { together, neighbour }: FollowUp,
  weights: RankWeights,
): Float64Array {
  const best = scores.reduce((most, score) => Math.max(most, score), 0)
  if (best === 0 || (weights.together === 0 && weights.neighbour === 0)) return scores
  const raised = scores.slice()
  for (const [position, share] of together) raised[position] = (raised[position] ?? 0) + best * weights.together * share
  for (const [position, share] of neighbour) {
    // An import alone is no reason: it strengthens what the task speaks of anyway.
    if ((scores[position] ?? 0) > 0) raised[position] = (raised[position] ?? 0) + best * weights.neighbour * share
  }
  return raised.map((score) => Math.round(score))
}

function leadersOf(scores: Float64Array, isCandidate: (position: number) => boolean): number[] {
  const leaders: number[] = []
  for (const [position, score] of scores.entries()) {
    if (score <= 0 || !isCandidate(position)) continue
    let at = leaders.length
    while (at > 0 && (scores[leaders[at - 1] ?? 0] ?? 0) < score) at--
    if (at >= LEADERS) continue
    leaders.splice(at, 0, position)
    leaders.length = Math.min(leaders.length, LEADERS)
  }
  return leaders
}
