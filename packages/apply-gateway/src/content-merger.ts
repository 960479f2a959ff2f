/** One file that git's merge left in conflict. A side is null where it has no such file. */
export interface ContentMergeRequest {
  path: string
  base: Uint8Array | null
  /** The side of the target. */
  ours: Uint8Array
  /** The side of the patch. */
  theirs: Uint8Array
  labels?: { base: string; ours: string; theirs: string }
  /** What the two sides meant to do, for one that reads. Asked for, since to know it takes a look at the history. */
  intents?: () => Promise<MergeIntents>
  signal?: AbortSignal
}

export interface MergeIntents {
  /** Of the commits that changed the file on the target since the patch's base, newest first. */
  ours: string[]
  theirs: string
}

export type ContentMergeResult =
  | { clean: true; content: Uint8Array; strategy: string }
  | { clean: false; marked?: Uint8Array; reason?: string }

/** Tries to merge what git could not. Answers `clean: false` rather than guess. */
export interface ContentMerger {
  merge(request: ContentMergeRequest): Promise<ContentMergeResult>
}
