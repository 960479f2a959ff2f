import type { Segment } from './conflict-hunks.ts'
import type { MergeInput } from './merge-input.ts'

/** A merge that git's line merge left in conflict, as text. */
export interface ConflictedMerge {
  readonly path: string
  readonly base: string
  readonly ours: string
  readonly theirs: string
  /** The line merge: what it settled and what it could not. */
  readonly segments: readonly Segment[]
  readonly input: MergeInput
}

/** What a strategy makes of a conflict. */
export type StrategyAnswer =
  | {
      readonly kind: 'merged'
      readonly text: string
      readonly notes: readonly string[]
      readonly needsReview?: boolean
      /** How likely people are to have written the same, from 0 to 1, where the strategy can tell. */
      readonly confidence?: number
    }
  /** Left to the next strategy, with the reason. */
  | { readonly kind: 'passed'; readonly reason: string }

/**
 * One way to settle what a line merge cannot. Every strategy guarantees:
 * - it settles all conflicts of the file or none;
 * - it says why when it passes, and never throws for what stands in the files;
 * - it keeps to its deadline, and stops when the signal says so.
 *
 * Its answer is a proposal: the chain's guards decide.
 */
export interface MergeStrategy {
  readonly name: string
  merge(conflict: ConflictedMerge, signal?: AbortSignal): Promise<StrategyAnswer>
}

/** What a resolver sees of a conflict. */
export interface ResolverRequest {
  readonly path: string
  readonly base: string
  readonly ours: string
  readonly theirs: string
  /** The file with conflict markers (zdiff3 style). */
  readonly marked: string
  /** The same in parts: what is settled, and each conflict with its three versions. */
  readonly segments: readonly Segment[]
  /** What each side meant to do. */
  readonly intents: { readonly ours: string | null; readonly theirs: string | null }
  /** Its answer before, when it is asked again because a guard refused that. */
  readonly refused?: { readonly text: string; readonly reason: string }
}

/** The whole merged file, or why the conflict is left. */
export type ResolverAnswer = { readonly text: string; readonly note?: string } | { readonly left: string }

/** Someone or something that can read both intents: a model, a person. Its answers are marked, and stand behind the guards. */
export interface ConflictResolver {
  readonly name: string
  /** Asked again once, with the reason, where a guard refused the answer. What it throws leaves the conflict, with its message. */
  resolve(request: ResolverRequest, signal?: AbortSignal): Promise<ResolverAnswer>
}
