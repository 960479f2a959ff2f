import type { ObjectId, ReadSet, Stamp } from '@patchlane/kernel'

/** What an agent is given to read, and the state it was taken from. */
export interface AgentContext {
  readonly stamp: Stamp
  /** Packed for a prompt; empty where no index is in use. */
  readonly text: string
  readonly readSet: ReadSet
}

export interface ContextRequest {
  /** The words of the subtask. */
  readonly task: string
  /** Paths or globs the plan names. */
  readonly files: readonly string[]
  readonly commit: ObjectId
  readonly signal: AbortSignal
}

/** Chooses what an agent reads. The stamp it answers with is for exactly the commit it was asked about. */
export interface ContextProvider {
  context(request: ContextRequest): Promise<AgentContext>
}
