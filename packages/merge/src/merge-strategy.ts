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
  /** What each side meant to do. */
  readonly intents: { readonly ours: string | null; readonly theirs: string | null }
}

/** Someone or something that can read both intents: a model, a person. Its answers are marked, and stand behind the guards. */
export interface ConflictResolver {
  readonly name: string
  /** The whole merged file, or `undefined` to leave the conflict. */
  resolve(request: ResolverRequest, signal?: AbortSignal): Promise<{ text: string; note?: string } | undefined>
}
