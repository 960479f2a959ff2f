import type { WorkspaceChange, WorkspaceRecord } from './workspace-record.ts'

/**
 * Remembers workspaces and who has them.
 *
 * Every adapter guarantees:
 * - `update` and `remove` are compare-and-set on the epoch: of two that race with one epoch, the one that raises it wins and the other changes nothing;
 * - `insert` counts and adds in one step, so that a limit holds across processes.
 */
export interface WorkspaceStore {
  /** The store's clock, UTC in milliseconds. */
  now(): Promise<number>
  /** Adds a record unless the repository already has `max` in the same home. False: nothing was added. */
  insert(record: WorkspaceRecord, max: number): Promise<boolean>
  /** The record after the change; undefined, and nothing changed, when its epoch is another or it is gone. */
  update(id: string, epoch: number, change: WorkspaceChange): Promise<WorkspaceRecord | undefined>
  remove(id: string, epoch: number): Promise<boolean>
  get(id: string): Promise<WorkspaceRecord | undefined>
  /** All of a repository, oldest first. */
  list(repoId: string): Promise<WorkspaceRecord[]>
  /** Releases only what this instance opened. Safe to call twice. */
  close(): Promise<void>
}
