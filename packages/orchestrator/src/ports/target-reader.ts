import type { ObjectId, RepoId, TargetName } from '@patchlane/kernel'

/** The target, to look at. */
export interface TargetReader {
  readonly repoId: RepoId
  readonly target: TargetName
  head(): Promise<ObjectId>
  /** The commit a revision names. @throws where it names none. */
  resolve(revision: string): Promise<ObjectId>
}
