export { type Commit, type CommitDraft, type Identity, readTrailers } from './commit-object.ts'
export { type DeadLockRequest, gitsAtWork, isGitAtWork, processesMarked, removeDeadLocks } from './dead-locks.ts'
export type { TreeDifference } from './diff-trees.ts'
export {
  GitCommandError,
  GitNotFoundError,
  GitTooOldError,
  NotARepositoryError,
  ObjectNotFoundError,
  RefLockedError,
  RefMovedError,
  TreeConflictError,
  UnsupportedEntryError,
} from './errors.ts'
export { withFileLock } from './file-lock.ts'
export { configArguments, gitEnvironment, safeConfig } from './git-environment.ts'
export { GitRepository, type GitRepositoryOptions, type TreeFile } from './git-repository.ts'
export { assertGitVersion, MINIMUM_GIT_VERSION, requireGit } from './git-version.ts'
export type { KeptCommits } from './kept-commits.ts'
export type { LogEntry } from './log.ts'
export type { ConflictStage, MergeConflict, MergeOutcome } from './merge-trees.ts'
export type { GitObject, ObjectInfo, ObjectType } from './object-reader.ts'
export { RefTransaction, type RefTransactionOptions, type RefUpdate } from './ref-transaction.ts'
export { type GitRequest, runGit } from './run-git.ts'
export type { StatusEntry } from './status.ts'
export type { TreeChange } from './tree-editor.ts'
export type { TreeEntry } from './tree-object.ts'
export { WaitingGit, type WaitingGitRequest } from './waiting-git.ts'
export type { AddWorktreeOptions, WorktreeInfo, Worktrees } from './worktrees.ts'
