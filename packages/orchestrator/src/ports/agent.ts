import type { FileChange, ObjectId, ReadSet, RunId, SubtaskId, WorkspaceId } from '@patchlane/kernel'
import type { AgentFeedback } from './agent-feedback.ts'
import type { AgentContext } from './context-provider.ts'

/** A subtask as it is handed to an agent: what to do, for which time, and what was wrong with the last try. */
export interface AssignedSubtask {
  readonly runId: RunId
  readonly id: SubtaskId
  readonly title: string
  readonly description: string
  /** Paths or globs the plan expects it to touch; a hint, never a permission. */
  readonly files: readonly string[]
  /** Counts from 1. */
  readonly attempt: number
  /** What was said of the attempt before; null on the first. */
  readonly feedback: AgentFeedback | null
}

/** The part of a leased workspace that an agent may use: no life cycle, nothing that lands. */
export interface WorkspaceView {
  readonly id: WorkspaceId
  /** Absolute path of a tree of its own, standing at `commit`. */
  readonly directory: string
  readonly commit: ObjectId
  /** What differs from `commit` now. */
  capture(): Promise<FileChange[]>
  /**
   * Says that a process works here, so that the workspace counts as in use while it lives, whatever becomes of this process. Returns
   * what takes it back. Absent where workspaces do not ask for it.
   */
  track?(pid: number): Promise<() => Promise<unknown>>
}

/** Tokens and money, summed up by the run. */
export interface AgentUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly usd: number
}

/** What an agent says while it works. The last event of a completed run is `proposed`. */
export type AgentEvent =
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'message'; readonly text: string }
  | { readonly type: 'mode'; readonly mode: string }
  | ({ readonly type: 'usage' } & AgentUsage)
  | AgentProposal

/** The changes an agent wants to see landed, against the commit of its workspace. Empty means: nothing to do. */
export interface AgentProposal {
  readonly type: 'proposed'
  readonly changes: readonly FileChange[]
  /** What it did, for the patch's description. */
  readonly description?: string
  /** What it read beyond its context. */
  readonly readSet?: ReadSet
}

/**
 * Something that turns a subtask into changes.
 *
 * Every agent guarantees:
 * - it changes nothing outside the workspace it was given;
 * - the iteration ends with exactly one `proposed` event, or throws;
 * - once `signal` is aborted, what it started is dead before the iteration ends.
 */
export interface Agent {
  /** As people call it; appears in the patch's author. */
  readonly name: string
  run(
    subtask: AssignedSubtask,
    context: AgentContext,
    workspace: WorkspaceView,
    signal: AbortSignal,
  ): AsyncIterable<AgentEvent>
}
