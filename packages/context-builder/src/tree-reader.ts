import type { ObjectId } from '@patchlane/kernel'

export interface TreeFile {
  readonly path: string
  /** As git writes it: `100644`, `100755`, `120000` (a link), `160000` (a submodule). */
  readonly mode: string
  readonly oid: ObjectId
}

export interface Blob {
  readonly oid: ObjectId
  /** In bytes; 0 for one that is not at hand. */
  readonly size: number
  /** Null when it is larger than asked for, or not at hand (a partial clone). */
  readonly content: Uint8Array | null
}

/** One past commit, as the ranking reads it. */
export interface HistoryCommit {
  readonly commit: ObjectId
  readonly message: string
  readonly paths: readonly string[]
}

/**
 * What the index reads of a repository. Everything is asked of a commit or by id, never of the checkout, so that an answer cannot
 * mix two states.
 */
export interface TreeReader {
  readonly objectFormat: 'sha1' | 'sha256'
  /** A folder shared by all worktrees of the repository, where the index may keep its files. */
  readonly stateDirectory: string
  listTree(commit: string): Promise<TreeFile[]>
  /** As {@link listTree}, from the files of another commit: for a reader that can tell what differs faster than list everything. */
  listTreeFrom?(commit: string, known: { commit: string; files: readonly TreeFile[] }): Promise<TreeFile[]>
  /** In any order; each id once. */
  readBlobs(oids: readonly ObjectId[], limits: { maxBytes: number }): Promise<Blob[]>
  /** Commits without merges, newest first, the given one included. */
  listHistory(commit: string, limit: number): Promise<ObjectId[]>
  /** Changes when commits may have another past than before: a shallow clone that was deepened. Without it, nothing of the past is kept. */
  historyState?(): Promise<string>
  /** Why {@link listHistory} gives no commits though there are some, and what would help; undefined where it gives them. */
  missingHistory?(): Promise<string | undefined>
  /** In the order asked for. */
  readHistory(commits: readonly ObjectId[]): Promise<HistoryCommit[]>
}
