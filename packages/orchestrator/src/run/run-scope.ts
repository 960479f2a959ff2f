import type { Clock, QueuedPatch, RunId } from '@patchlane/kernel'
import type { AgentRegistry } from '../agent-registry.ts'
import { agentName, type Plan } from '../plan/plan-schema.ts'
import type { Unit } from '../plan/unit.ts'
import type { AgentWorkspaces } from '../ports/agent-workspaces.ts'
import type { ContextProvider } from '../ports/context-provider.ts'
import type { Merger } from '../ports/merger.ts'
import type { PatchDesk } from '../ports/patch-desk.ts'
import type { Planner } from '../ports/planner.ts'
import type { TargetReader } from '../ports/target-reader.ts'
import { AgentSlots } from './agent-slots.ts'
import { OutcomeBoard } from './outcome-board.ts'
import type { RunEvent, RunEventDraft } from './run-event.ts'
import type { RunOptions } from './run-state.ts'

/** What a run works with. All of it can read and propose; none of it can write the target. */
export interface RunPorts {
  readonly planner: Planner
  readonly agents: AgentRegistry
  readonly workspaces: AgentWorkspaces
  readonly context: ContextProvider
  readonly desk: PatchDesk
  readonly target: TargetReader
  readonly merger: Merger
}

export interface RunDefaults {
  readonly concurrency: number
  readonly attempts: number
  readonly workspaceTtlMs: number
  /** Whether a patch that did not land goes back to its agent, attempts permitting. */
  readonly retry: (queued: QueuedPatch) => boolean
}

export interface RunScopeParts {
  readonly runId: RunId
  readonly ports: RunPorts
  readonly defaults: RunDefaults
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly emit: (event: RunEvent) => void
  /** Called once the plan is known. */
  readonly onPlan: (plan: Plan) => Promise<void>
}

/** What the nodes of one run's graph share while this process works on it. */
export class RunScope {
  readonly runId: RunId
  readonly ports: RunPorts
  readonly signal: AbortSignal
  readonly board = new OutcomeBoard()
  readonly workspaceTtlMs: number
  readonly retry: (queued: QueuedPatch) => boolean
  #attempts: number
  /** Asked for by whoever started the run: wins over what any subtask says. */
  #askedAttempts: number | undefined
  slots: AgentSlots
  waitForApproval = false
  readonly #parts: RunScopeParts
  readonly #active = new Set<Promise<unknown>>()

  constructor(parts: RunScopeParts) {
    this.#parts = parts
    this.runId = parts.runId
    this.ports = parts.ports
    this.signal = parts.signal
    this.workspaceTtlMs = parts.defaults.workspaceTtlMs
    this.retry = parts.defaults.retry
    this.#attempts = parts.defaults.attempts
    this.slots = new AgentSlots(parts.defaults.concurrency)
  }

  /** Sets what the plan and the request decide: the request wins over the plan, the plan over the defaults. */
  async adopt(plan: Plan, options: RunOptions): Promise<void> {
    const { defaults, onPlan } = this.#parts
    this.#askedAttempts = options.attempts
    this.#attempts = plan.attempts ?? defaults.attempts
    this.slots = new AgentSlots(options.concurrency ?? plan.concurrency ?? defaults.concurrency)
    this.waitForApproval = options.waitForApproval
    await onPlan(plan)
    const subtasks = plan.subtasks.map(({ id, title, agent, dependsOn }) => ({
      id,
      title,
      agent: agentName(agent),
      dependsOn,
    }))
    this.emit({ type: 'run.planned', message: plan.title, data: { subtasks } })
  }

  /** How often a unit may try: a group as often as the most patient of its subtasks. */
  attemptsOf(unit: Pick<Unit, 'members'>): number {
    return this.#askedAttempts ?? Math.max(...unit.members.map((subtask) => subtask.attempts ?? this.#attempts))
  }

  emit(event: RunEventDraft): void {
    this.#parts.emit({ ...event, runId: this.runId, at: this.#parts.clock.now() })
  }

  /** Marks work that has to be over before the run may end, however it ends. */
  track<T>(work: Promise<T>): Promise<T> {
    this.#active.add(work)
    const done = () => this.#active.delete(work)
    work.then(done, done)
    return work
  }

  /** Resolves when nothing that was tracked is under way. */
  async idle(): Promise<void> {
    while (this.#active.size > 0) await Promise.allSettled([...this.#active])
  }
}
