import type { RunId } from '@patchlane/kernel'

export type RunStatus = 'running' | 'interrupted' | 'finished' | 'failed'

export interface RunRecord {
  readonly runId: RunId
  readonly target: string
  readonly title: string
  readonly status: RunStatus
  readonly subtasks: number
  /** UTC, milliseconds. */
  readonly startedAt: number
  readonly endedAt: number | null
}

export interface RunClaim {
  readonly runId: RunId
  /** Names the process that works on the run. */
  readonly holder: string
  /** How long the claim holds without being renewed, in milliseconds. */
  readonly ttlMs: number
  /** A holder that is known to be dead: its claim is taken over before its time is over. */
  readonly insteadOf?: string
}

/**
 * Which runs there are, and who works on each.
 *
 * Every adapter guarantees: at most one holder has a run at a time; a claim that was not renewed within its time is free again.
 */
export interface RunStore {
  /** Adds a run, already claimed. False where the id is taken; nothing is written then. */
  create(record: RunRecord, claim: RunClaim): Promise<boolean>
  /** Takes a run to go on with it, or renews the claim of the same holder. False while another holds it. */
  claim(claim: RunClaim): Promise<boolean>
  /** Who has the run now; null for nobody. */
  holder(runId: RunId): Promise<string | null>
  update(runId: RunId, change: Partial<Pick<RunRecord, 'title' | 'status' | 'subtasks' | 'endedAt'>>): Promise<void>
  /** Ends the holder's claim; without effect where it has none. */
  release(runId: RunId, holder: string): Promise<void>
  /** Forgets a run in which nothing was done. */
  remove(runId: RunId): Promise<void>
  get(runId: RunId): Promise<RunRecord | undefined>
  /** The newest first. */
  list(options?: { limit?: number }): Promise<RunRecord[]>
}
