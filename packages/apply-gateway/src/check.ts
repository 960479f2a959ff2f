import type { CheckKind, CheckReport, ObjectId, Patch, RepoPath } from '@patchlane/kernel'

/** What a check gets to see and to work on. */
export interface CheckContext {
  /** The staging worktree. It holds exactly the staged tree; what a check writes here is seen by the gateway and nobody else. */
  directory: string
  /** The head that the patch lands on. */
  base: ObjectId
  /** The staged commit: the patch merged onto `base`, with what earlier checks of this patch rewrote. */
  commit: ObjectId
  /** Paths that differ between `base` and `commit` and exist in `directory`; sorted. */
  paths: RepoPath[]
  /** Paths that `base` has and `commit` has not, the old names of renames included; sorted. */
  deleted: RepoPath[]
  patch: Patch
  /** Ends the check: its time is up, the lease was lost or the gateway stops. A check that ignores it is given up, and counts as broken. */
  signal: AbortSignal
  /** One line for the record of what is going on; shown, never judged. */
  log(line: string): void
  /**
   * Calls `work` while the files of the patch in `directory` are as the head has them, then puts the staged content back, whatever
   * happened. What was wrong before the patch is found this way, in the same place and with the same dependencies.
   */
  onBase<T>(work: () => Promise<T>): Promise<T>
}

/**
 * One judgement of a staged patch.
 *
 * A check may rewrite files of the patch in `directory` (format, fix); the gateway reads the tree again after each check and stages
 * what it finds, so that the next check, and the landing, see it. Files that are not the patch's are put back.
 * It answers with reports instead of throwing: `failed` is about the patch, `broken` about the tool. What it throws is recorded as `broken`.
 * No report at all counts as nothing to say: the patch passes this check.
 */
export interface Check {
  readonly name: string
  /** Where it stands in the order of checks: format, lint, hooks, diagnostics, tests. */
  readonly kind: CheckKind
  run(context: CheckContext): Promise<CheckReport[]>
}
