import type { ObjectId } from '@patchlane/kernel'
import type { Plan } from '../plan/plan-schema.ts'
import type { UnitOutcome } from './unit-outcome.ts'

/** The state of a run, as the checkpoints keep it. */
export interface RunState {
  /** The text the planner was given. */
  request: string
  options: RunOptions
  plan: Plan
  base: ObjectId
  head: ObjectId
  startedAt: number
  outcomes: Record<string, UnitOutcome>
}

/** What was asked for when the run was started; it holds for a resumed run too. */
export interface RunOptions {
  concurrency?: number
  attempts?: number
  waitForApproval: boolean
}
