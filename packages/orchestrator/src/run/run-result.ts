import type { PatchStatus } from '@patchlane/kernel'
import { agentName } from '../plan/plan-schema.ts'
import type { RunState } from './run-state.ts'

/** Where one subtask ended. */
export interface RunPatch {
  /** Null where it never came to a proposal. Subtasks of one group share it. */
  readonly patchId: string | null
  readonly subtask: string
  readonly agent: string
  /** `failed`: there is no patch to judge. */
  readonly status: PatchStatus | 'failed'
  /** One sentence; empty for what landed at once. */
  readonly reason: string
  readonly attempts: number
  readonly landedCommit: string | null
}

export interface RunCost {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly usd: number
}

/** What a run came to. Patches are in the order of the plan. */
export interface RunResult {
  readonly runId: string
  readonly target: string
  /** The head of the target when the run began, and when it ended. */
  readonly base: string
  readonly head: string
  readonly patches: readonly RunPatch[]
  /** From the first start to the end, time between a kill and its resume included. */
  readonly durationMs: number
  readonly cost: RunCost
}

export const noCost: RunCost = { inputTokens: 0, outputTokens: 0, usd: 0 }

export function addCost(a: RunCost, b: RunCost): RunCost {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    usd: a.usd + b.usd,
  }
}

/** Puts the result together from where the run's state ended. */
export function resultOf(end: { runId: string; target: string; state: RunState; endedAt: number }): RunResult {
  const { runId, target, state, endedAt } = end
  const patches = state.plan.subtasks.map((subtask): RunPatch => {
    const outcome = state.outcomes[subtask.group ?? subtask.id]
    return {
      patchId: outcome?.patchId ?? null,
      subtask: subtask.id,
      agent: agentName(subtask.agent),
      status: outcome?.status ?? 'failed',
      reason: outcome?.reason ?? 'It ended without an outcome.',
      attempts: outcome?.attempts ?? 0,
      landedCommit: outcome?.landedCommit ?? null,
    }
  })
  const cost = Object.values(state.outcomes).reduce((sum, outcome) => addCost(sum, outcome.cost), noCost)
  const durationMs = Math.max(0, endedAt - state.startedAt)
  return { runId, target, base: state.base, head: state.head, patches, durationMs, cost }
}
