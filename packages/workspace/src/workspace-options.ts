import type { GitRepository } from '@patchlane/git'
import type { ObjectId } from '@patchlane/kernel'
import type { ProcessIdentity } from '@patchlane/process'
import type { SetUpCommand } from './workspace-preparation.ts'
import type { WorkspaceStore } from './workspace-store.ts'

export interface WorkspaceManagerOptions {
  /** Borrowed, never closed here. */
  repository: GitRepository
  /** @default a name made from the repository's folder */
  repoId?: string
  /** Borrowed, never closed here. @default in memory */
  store?: WorkspaceStore
  /** Where worktrees are kept, outside the repository. @default the user's state folder */
  root?: string
  /** Workspaces there may be at once, idle ones included. @default 50 */
  max?: number
  /** What all of them together may take on disk, in bytes, by their latest measured size. @default no limit */
  maxBytes?: number
  /** Left free on the disk, in bytes. @default 256 MiB */
  minFreeBytes?: number
  /** Checkouts at once: more only makes each slower. @default 4 */
  checkouts?: number
  /** How `node_modules` and virtual environments of the checkout come along. @default 'share' */
  dependencies?: 'share' | 'copy' | 'none'
  setup?: SetUpCommand
  /** See {@link LeaseRequest.sparse}; for leases that do not say. @default everything */
  sparse?: readonly string[]
  /** See {@link GitWorktreeAdapter.capture}. */
  maxFileBytes?: number
  maxFiles?: number
}

export interface LeaseRequest {
  commit: ObjectId
  /** Folders to check out, with the files of their parents; everything else stays away, and as it is. @default everything */
  sparse?: readonly string[]
  /** Who will work in it, for people. */
  holder: string
  /** Time without a heartbeat after which it can be taken back, if no holder lives. In milliseconds. @default 3_600_000 */
  ttlMs?: number
  /** The process that holds the lease. @default this one */
  process?: ProcessIdentity
  /** How long to wait for a free one when the limit is reached, in milliseconds. @default 0 */
  waitMs?: number
  signal?: AbortSignal
}
