/** What the project itself runs to make a worktree ready. */
export interface SetUpCommand {
  /** Program and arguments; never a shell line. */
  run: readonly string[]
  /** Patterns of ignored files it makes, which cleaning then leaves for the next holder; without any it runs for every lease. */
  keep?: readonly string[]
  /** Names of files it reads, in any folder: with `keep`, it runs again for a commit in which one of them differs. @default lock files of package managers */
  inputs?: readonly string[]
  /** @default 600_000 */
  timeoutMs?: number
}
