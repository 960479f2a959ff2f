import type { ObjectId, RepoPath } from '@patchlane/kernel'

/** A worktree that holds one staged commit, for checks to run in. */
export interface StagingTree {
  readonly directory: string
  /**
   * Reads what checks made of the files. Changes to `paths` are taken over; everything else is put back as the commit has it.
   */
  capture(paths: readonly RepoPath[]): Promise<{ tree: ObjectId; changed: RepoPath[]; putBack: string[] }>
  /** Says that what was captured is now this commit. */
  adopt(commit: ObjectId): Promise<void>
  /** Safe to call twice. */
  release(): Promise<void>
}

/** Where staged patches are checked; never the user's checkout. */
export interface StagingArea {
  /** A worktree with exactly the files of a commit, and the project's dependencies. */
  acquire(commit: ObjectId): Promise<StagingTree>
  close(): Promise<void>
}
