export {
  type DependencyReport,
  type LinkDependenciesOptions,
  linkDependencies,
} from './dependencies/link-dependencies.ts'
export { manifests, packageFolders } from './dependencies/package-folders.ts'
export {
  WorkspaceCaptureError,
  WorkspaceLimitError,
  WorkspaceLostError,
  WorkspaceNotFoundError,
  WorkspaceRootError,
  WorkspaceSetupError,
  WorkspaceSpoiledError,
} from './errors.ts'
export { GitWorktreeAdapter, type GitWorktreeAdapterOptions, type RebaseOutcome } from './git-worktree-adapter.ts'
export { MemoryWorkspaceStore } from './memory/memory-workspace-store.ts'
export type { ReapOptions, ReapReport } from './reaper.ts'
export {
  type RepositoryDifference,
  RepositoryGuard,
  type RepositoryGuardOptions,
  type RepositorySnapshot,
} from './repository-guard.ts'
export type { Slot } from './slot.ts'
export type { WorkspaceInfo } from './workspace-info.ts'
export { WorkspaceManager } from './workspace-manager.ts'
export type { LeaseRequest, WorkspaceManagerOptions } from './workspace-options.ts'
export type { SetUpCommand } from './workspace-preparation.ts'
export {
  type WorkspaceChange,
  type WorkspaceRecord,
  workspaceRecordSchema,
  workspaceStatuses,
} from './workspace-record.ts'
export { defaultWorkspaceRoot } from './workspace-root.ts'
export type { WorkspaceSession } from './workspace-session.ts'
export type { WorkspaceStore } from './workspace-store.ts'
