import type { ObjectId } from '@patchlane/kernel'
import type { WorkspaceView } from './agent.ts'

export interface WorkspaceLeaseRequest {
  readonly commit: ObjectId
  /** Who works in it: run, subtask and attempt, for people. */
  readonly holder: string
  /** Time without a heartbeat after which it may be taken back, in milliseconds. */
  readonly ttlMs: number
}

/** A workspace while it is leased. */
export interface LeasedWorkspace extends WorkspaceView {
  /** @throws when the lease is lost; the work in it must stop. */
  heartbeat(): Promise<unknown>
  release(): Promise<unknown>
}

/** Lends trees to work in, each to one holder, each clean and at the commit asked for. */
export interface AgentWorkspaces {
  lease(request: WorkspaceLeaseRequest): Promise<LeasedWorkspace>
}
