import {
  contentHash,
  errorMessage,
  type ObjectId,
  type Patch,
  type PatchId,
  PatchlaneError,
  patchIdOf,
  patchSchema,
  type QueuedPatch,
} from '@patchlane/kernel'
import { z } from 'zod'
import { AgentFailedError } from '../errors.ts'
import { agentName } from '../plan/plan-schema.ts'
import { priorityOf, type Unit } from '../plan/unit.ts'
import { type AgentFeedback, feedbackFrom } from '../ports/agent-feedback.ts'
import { type AgentAnswer, runAgent } from './run-agent.ts'
import { addCost, type RunCost } from './run-result.ts'
import type { RunScope } from './run-scope.ts'
import type { UnitOutcome } from './unit-outcome.ts'

/** Where a unit is between two steps. What is large (changes, verdicts) stays with the desk and is asked for again. */
export interface UnitState {
  unit: Unit
  /** Patches of the units it depends on, all landed. */
  dependencies: PatchId[]
  /** The commit its dependencies landed; null without dependencies, and where there are several. */
  startFrom: ObjectId | null
  attempt: number
  /** Proposed by this attempt. */
  patchId: PatchId | null
  /** Proposed by the attempt before; its verdict is this attempt's feedback. */
  previousPatchId: PatchId | null
  /** Feedback on an attempt that never proposed. */
  feedback: AgentFeedback | null
  cost: RunCost
  outcome: UnitOutcome | null
}

/** The two steps of a unit: work (agents change files, the result is proposed) and judge (wait for the verdict). */
export class UnitWorker {
  readonly #scope: RunScope

  constructor(scope: RunScope) {
    this.#scope = scope
  }

  /** Proposes the attempt's patch. An attempt that was proposed before a kill is recognised by its id and not worked on again. */
  work(state: UnitState): Promise<Partial<UnitState>> {
    // Tracked here and not around the graph: LangGraph gives up on a node that was aborted before the node has cleaned up.
    return this.#scope.track(this.#work(state))
  }

  /** Waits for the verdict on the attempt's patch and says whether it ends the unit or goes back to the agents. */
  judge(state: UnitState & { patchId: PatchId }): Promise<Partial<UnitState>> {
    return this.#scope.track(this.#judge(state))
  }

  async #work(state: UnitState): Promise<Partial<UnitState>> {
    const { unit, attempt } = state
    const { desk } = this.#scope.ports
    const patchId = patchIdOf({ runId: this.#scope.runId, subtaskId: unit.id, attempt })
    if ((await desk.find(patchId)) !== undefined) return { patchId }

    const previous = state.previousPatchId === null ? undefined : await desk.find(state.previousPatchId)
    const feedback = previous === undefined ? state.feedback : feedbackFrom(previous, attempt - 1)
    let { cost } = state
    let patch: Patch | undefined
    try {
      const base = await this.#base(state, feedback)
      const work = unit.members.map((subtask) => {
        const onCost = (spent: RunCost) => {
          cost = addCost(cost, spent)
        }
        return runAgent(this.#scope, { subtask, attempt, base, feedback, onCost })
      })
      // Each member ends, whatever becomes of the others: none may still be at work when the unit is decided.
      const ended = await Promise.allSettled(work)
      const answers = ended.map((end) => {
        if (end.status === 'rejected') throw end.reason
        return end.value
      })
      const merged = await this.#merge(base, answers)
      if (!merged.clean) return this.#groupConflict({ ...state, cost }, merged.feedback)
      if (merged.changes.length === 0) {
        const reason = 'The agent changed nothing.'
        if (previous !== undefined) return { cost, outcome: outcomeOf({ ...state, cost }, previous, `${reason} `) }
        return { cost, outcome: this.#failed({ ...state, cost }, reason) }
      }
      patch = this.#patch(state, patchId, answers, merged.changes)
    } catch (error) {
      this.#scope.signal.throwIfAborted()
      return this.#afterFailure({ ...state, cost }, error)
    }
    if (previous?.status === 'rejected' && previous.contentHash === contentHash(patch)) {
      return { cost, outcome: outcomeOf({ ...state, cost }, previous, 'The agent proposed the same again. ') }
    }
    const queued = await desk.propose(patch)
    for (const about of this.#members(unit)) {
      this.#scope.emit({ type: 'patch.proposed', ...about, patchId, status: queued.status, data: { attempt } })
    }
    return { patchId, cost }
  }

  async #judge(state: UnitState & { patchId: PatchId }): Promise<Partial<UnitState>> {
    const { unit, attempt, patchId } = state
    const { signal, waitForApproval } = this.#scope
    let last: string | undefined
    const queued = await this.#scope.ports.desk.settled(patchId, {
      signal,
      waitForApproval,
      onMove: ({ status }) => {
        if (status === last) return
        last = status
        for (const about of this.#members(unit)) this.#scope.emit({ type: 'patch.moved', ...about, patchId, status })
      },
    })
    const outcome = outcomeOf(state, queued)
    const code = queued.verdict?.code ?? queued.status.toUpperCase()
    const durationMs = Math.max(0, (queued.settledAt ?? queued.updatedAt) - queued.createdAt)
    const data = { attempt, code, landedCommit: outcome.landedCommit, durationMs }
    for (const about of this.#members(unit)) {
      const message = queued.verdict?.message ?? ''
      this.#scope.emit({ type: 'patch.settled', ...about, patchId, status: queued.status, message, data })
    }
    if (attempt >= this.#scope.attemptsOf(unit) || !this.#scope.retry(queued)) return { outcome }
    this.#announceRetry(unit, attempt + 1, outcome.reason)
    return { attempt: attempt + 1, patchId: null, previousPatchId: patchId, feedback: null }
  }

  async #base(state: UnitState, feedback: AgentFeedback | null): Promise<ObjectId> {
    const { target } = this.#scope.ports
    if (feedback !== null) return feedback.head ?? target.head()
    const declared = state.unit.members[0]?.base
    if (declared !== undefined) return target.resolve(declared)
    return state.startFrom ?? target.head()
  }

  async #merge(base: ObjectId, answers: readonly AgentAnswer[]) {
    const [only, ...others] = answers
    if (only !== undefined && others.length === 0) return { clean: true as const, changes: only.changes }
    const parts = answers.filter(({ changes }) => changes.length > 0)
    const answer = await this.#scope.ports.merger.merge({
      base,
      parts: parts.map(({ subtask, changes }) => ({ subtaskId: subtask.id, changes })),
      signal: this.#scope.signal,
    })
    if (answer.clean) return { clean: true as const, changes: answer.changes }
    const files = answer.conflicts.map(({ path }) => path).join(', ')
    return {
      clean: false as const,
      feedback: {
        patchId: null,
        status: 'conflicted' as const,
        code: 'GROUP_CONFLICT',
        message: `The subtasks of the group contradict each other in ${files}.`,
        remedy: 'Change only what your own subtask asks for.',
        head: base,
        conflicts: [...answer.conflicts],
        checks: [],
      },
    }
  }

  #groupConflict(state: UnitState, feedback: Omit<AgentFeedback, 'attempt'>): Partial<UnitState> {
    if (state.attempt >= this.#scope.attemptsOf(state.unit)) {
      return { cost: state.cost, outcome: { ...this.#failed(state, feedback.message), status: 'conflicted' } }
    }
    return this.#again(state, { ...feedback, attempt: state.attempt })
  }

  #afterFailure(state: UnitState, error: unknown): Partial<UnitState> {
    const reason = errorMessage(error)
    const retryable = PatchlaneError.is(error) && error.retryable
    if (!retryable || state.attempt >= this.#scope.attemptsOf(state.unit)) {
      return { cost: state.cost, outcome: this.#failed(state, reason) }
    }
    return this.#again(state, {
      attempt: state.attempt,
      patchId: null,
      status: 'failed',
      code: error.code,
      message: reason,
      remedy: error.remedy ?? null,
      head: null,
      conflicts: [],
      checks: [],
    })
  }

  #again(state: UnitState, feedback: AgentFeedback): Partial<UnitState> {
    this.#announceRetry(state.unit, state.attempt + 1, feedback.message)
    return { attempt: state.attempt + 1, patchId: null, previousPatchId: null, feedback, cost: state.cost }
  }

  #announceRetry(unit: Unit, attempt: number, message: string): void {
    const data = { attempt, of: this.#scope.attemptsOf(unit) }
    for (const about of this.#members(unit)) this.#scope.emit({ type: 'subtask.retrying', ...about, message, data })
  }

  #patch(state: UnitState, patchId: PatchId, answers: readonly AgentAnswer[], changes: AgentAnswer['changes']): Patch {
    const { unit, attempt } = state
    const stamp = answers[0]?.stamp
    if (stamp === undefined) throw new AgentFailedError('No agent answered.')
    const { repoId, target } = this.#scope.ports.target
    const parsed = patchSchema.safeParse({
      patchId,
      repoId,
      target,
      base: stamp,
      author: {
        agent: joined(
          answers.map(({ subtask }) => agentName(subtask.agent)),
          ' + ',
          200,
        ),
        runId: this.#scope.runId,
        subtaskId: unit.id,
        attempt,
      },
      title: joined(
        answers.map(({ subtask }) => subtask.title),
        '; ',
        500,
      ),
      description: joined(
        answers.map(({ description }) => description),
        '\n\n',
        100_000,
      ),
      changes,
      priority: priorityOf(unit),
      dependsOn: state.dependencies,
      readSet: {
        paths: [...new Set(answers.flatMap(({ readSet }) => readSet.paths))].sort(),
        symbols: [...new Set(answers.flatMap(({ readSet }) => readSet.symbols ?? []))].sort(),
        complete: answers.every(({ readSet }) => readSet.complete),
      },
    })
    if (parsed.success) return parsed.data
    throw new AgentFailedError(`What the agent changed cannot be proposed: ${z.prettifyError(parsed.error)}`, {
      cause: parsed.error,
      remedy: 'Let the agent change regular files inside the tree only.',
    })
  }

  #failed(state: UnitState, reason: string): UnitOutcome {
    return {
      unitId: state.unit.id,
      status: 'failed',
      reason,
      patchId: state.previousPatchId,
      attempts: state.attempt,
      landedCommit: null,
      cost: state.cost,
      final: true,
    }
  }

  #members(unit: Unit): { subtask: string; agent: string }[] {
    return unit.members.map((subtask) => ({ subtask: subtask.id, agent: agentName(subtask.agent) }))
  }
}

function outcomeOf(state: UnitState, queued: QueuedPatch, prefix = ''): UnitOutcome {
  const landed = queued.status === 'landed'
  return {
    unitId: state.unit.id,
    status: queued.status,
    reason: landed ? '' : `${prefix}${queued.verdict?.message ?? `The patch is ${queued.status}.`}`,
    patchId: queued.patch.patchId,
    attempts: state.attempt,
    landedCommit: queued.verdict?.landedCommit ?? null,
    cost: state.cost,
    final: queued.status !== 'awaiting_approval',
  }
}

function joined(parts: readonly string[], separator: string, limit: number): string {
  return [...new Set(parts)]
    .filter((part) => part !== '')
    .join(separator)
    .slice(0, limit)
}
