/** Three versions of one file. */
export interface MergeInput {
  /** Names the language and appears in messages. */
  readonly path: string
  /** The last common version; null where both sides created the file. */
  readonly base: Uint8Array | null
  /** The side of the target. */
  readonly ours: Uint8Array
  /** The side of the patch. */
  readonly theirs: Uint8Array
  /** What conflict markers call the versions. @default ours, base, theirs */
  readonly labels?: MergeLabels
  /** What each side meant to do, in words, for a resolver. */
  readonly intents?: { readonly ours?: string; readonly theirs?: string }
}

export interface MergeLabels {
  readonly ours: string
  readonly base: string
  readonly theirs: string
}

export interface MergeResult {
  readonly clean: boolean
  /** The merged file; where it is not clean, with conflict markers (text) or our side (binary). */
  readonly content: Uint8Array
  /** `unchanged`, `line-merge`, `structured`, a resolver's name, or `conflict`. */
  readonly strategy: string
  /** How many conflicts are left. */
  readonly conflicts: number
  /** Why there is no clean result. */
  readonly conflictKind?: 'content' | 'binary' | 'unmerged-input' | 'too-large'
  /** Rules that settled conflicts, or why strategies left them. */
  readonly notes: readonly string[]
  /** True when a resolver wrote the result, or a strategy is less sure of it than was asked: the risk is higher. */
  readonly needsReview: boolean
  /** How likely people are to have merged to the same bytes, from 0 to 1, where a strategy can tell. */
  readonly confidence?: number
}
