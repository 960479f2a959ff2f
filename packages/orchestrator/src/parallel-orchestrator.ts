import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import {
  type Clock,
  errorMessage,
  PatchlaneError,
  type QueuedPatch,
  type RunId,
  runIdSchema,
  systemClock,
} from '@patchlane/kernel'
import { z } from 'zod'
import { AsyncChannel } from './async-channel.ts'
import { RunBusyError, RunInterruptedError, RunNotFoundError } from './errors.ts'
import { runGraph } from './graph/run-graph.ts'
import { MemoryRunStore } from './memory/memory-run-store.ts'
import type { RunClaim, RunStore } from './ports/run-store.ts'
import type { RunEvent } from './run/run-event.ts'
import { holderName, isDeadHolder } from './run/run-holder.ts'
import { type RunResult, resultOf } from './run/run-result.ts'
import { type RunPorts, RunScope } from './run/run-scope.ts'
import type { RunOptions, RunState } from './run/run-state.ts'
import { unitOutcomeSchema } from './run/unit-outcome.ts'

export interface ParallelOrchestratorOptions extends RunPorts {
  /** Where checkpoints are kept; a function is called when the first run starts. @default in memory: no resume after the process ends */
  saver?: BaseCheckpointSaver | (() => BaseCheckpointSaver | Promise<BaseCheckpointSaver>)
  /** Which runs there are and who works on them. @default in memory */
  runs?: RunStore
  /** Agents at work at once; plan and request win over it. @default 10 */
  concurrency?: number
  /** How often one subtask may try; plan and request win over it. @default 3 */
  attempts?: number
  /** Time without a heartbeat after which a workspace may be taken back, in milliseconds. @default 60_000 */
  workspaceTtlMs?: number
  /** Time after which a run whose process is gone may be resumed elsewhere, in milliseconds. @default 15_000 */
  claimTtlMs?: number
  /** Whether a patch that did not land goes back to its agent. @default {@link goesBack} */
  retry?: (queued: QueuedPatch) => boolean
  /** Told of every event of every run, beside the reader of its handle. Must not throw. */
  onEvent?: (event: RunEvent) => void
  /** Names this process to others. @default a name by which others on this machine can tell whether it still lives */
  holder?: string
  clock?: Clock
}

export interface StartRunRequest {
  /** What the planner plans from; for a FilePlanner the text of a plan file. */
  plan: string
  /** @default made up */
  runId?: string
  concurrency?: number
  attempts?: number
  /** Wait until a person has answered instead of ending with the patch parked. @default false */
  waitForApproval?: boolean
  /** Stops the run: agents are ended, everything done is kept, the result rejects with {@link RunInterruptedError}. */
  signal?: AbortSignal
}

export type ResumeRunOptions = Pick<StartRunRequest, 'concurrency' | 'attempts' | 'waitForApproval' | 'signal'>

export interface RunHandle {
  readonly runId: RunId
  /** For one reader; ends when the run ends, however it ends. */
  readonly events: AsyncIterable<RunEvent>
  /** Rejects where the run was interrupted, the plan is wrong, or a port failed. A patch that did not land is no failure of the run. */
  readonly result: Promise<RunResult>
}

/** A verdict that an agent can do something about. What a person or the policy denied is not proposed again unasked. */
export function goesBack(queued: QueuedPatch): boolean {
  return (
    ['conflicted', 'rejected', 'stale', 'broken'].includes(queued.status) && queued.verdict?.code !== 'APPROVAL_DENIED'
  )
}

/** A new run, or the rest of one. */
type Beginning =
  | { readonly request: StartRunRequest; readonly startedAt: number; readonly options?: undefined }
  | { readonly options: ResumeRunOptions; readonly request?: undefined }

const pendingOutcomes = z.record(z.string(), unitOutcomeSchema)

/** Without the members that are undefined, and without the signal, which is not kept. */
function defined({ concurrency, attempts, waitForApproval }: ResumeRunOptions): Partial<RunOptions> {
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(waitForApproval === undefined ? {} : { waitForApproval }),
  }
}

/**
 * Runs plans: agents in parallel, each in a workspace of its own, each patch through the desk, each verdict back to its agent. Durable by
 * a LangGraph checkpoint saver: a run that was killed is resumed by its id, and what was proposed before is not worked on again.
 */
export class ParallelOrchestrator {
  readonly #options: ParallelOrchestratorOptions
  readonly #runs: RunStore
  readonly #holder: Promise<string>
  readonly #clock: Clock
  #saver: Promise<BaseCheckpointSaver> | undefined

  constructor(options: ParallelOrchestratorOptions) {
    this.#options = options
    this.#runs = options.runs ?? new MemoryRunStore()
    this.#holder = options.holder === undefined ? holderName() : Promise.resolve(options.holder)
    this.#clock = options.clock ?? systemClock
  }

  /** Starts a run and returns at once. @throws {RunBusyError} (by the result) when the id is taken. */
  start(request: StartRunRequest): RunHandle {
    const runId = runIdSchema.parse(request.runId ?? randomUUID())
    return this.#handle(runId, request.signal, async (events, signal) => {
      const { target } = this.#options.target
      const startedAt = this.#clock.now()
      const record = { runId, target, title: 'Run', status: 'running', subtasks: 0, startedAt, endedAt: null } as const
      if (!(await this.#runs.create(record, await this.#claim(runId)))) throw new RunBusyError(runId, 'exists already')
      return this.#work(runId, events, signal, { request, startedAt })
    })
  }

  /** Goes on with a run that was killed or interrupted, or that ended while patches awaited approval. */
  resume(runId: string, options: ResumeRunOptions = {}): RunHandle {
    const id = runIdSchema.parse(runId)
    return this.#handle(id, options.signal, async (events, signal) => {
      if ((await this.#runs.get(id)) === undefined) throw new RunNotFoundError(id)
      if (!(await this.#takeOver(id))) throw new RunBusyError(id, 'is worked on by another process')
      await this.#runs.update(id, { status: 'running', endedAt: null })
      return this.#work(id, events, signal, { options })
    })
  }

  /**
   * Deletes what is kept of a run: its checkpoints and its record, not its patches. It cannot be resumed afterwards.
   *
   * @throws {RunBusyError} while it is worked on.
   */
  async forget(runId: string): Promise<void> {
    const id = runIdSchema.parse(runId)
    if ((await this.#runs.get(id)) === undefined) throw new RunNotFoundError(id)
    if (!(await this.#takeOver(id))) throw new RunBusyError(id, 'is worked on')
    const { MemorySaver } = await import('@langchain/langgraph')
    await (await this.#openSaver(() => new MemorySaver())).deleteThread(id)
    await this.#runs.remove(id)
  }

  async #claim(runId: RunId): Promise<RunClaim> {
    return { runId, holder: await this.#holder, ttlMs: this.#options.claimTtlMs ?? 15_000 }
  }

  /** Claims a run that is free, or whose holder was killed on this machine: nobody has to wait until a dead claim runs out. */
  async #takeOver(runId: RunId): Promise<boolean> {
    const claim = await this.#claim(runId)
    const holder = await this.#runs.holder(runId)
    // One process works on a run once, too.
    if (holder === claim.holder) return false
    if (await this.#runs.claim(claim)) return true
    return holder !== null && (await isDeadHolder(holder)) && this.#runs.claim({ ...claim, insteadOf: holder })
  }

  #handle(
    runId: RunId,
    signal: AbortSignal | undefined,
    work: (events: AsyncChannel<RunEvent>, signal: AbortSignal) => Promise<RunResult>,
  ): RunHandle {
    const events = new AsyncChannel<RunEvent>({ droppable: ({ type }) => type === 'agent.output' })
    const result = work(events, signal ?? new AbortController().signal).finally(() => events.close())
    // Whoever only reads the events learns of a failure there; it must not end the process.
    result.catch(() => {})
    return { runId, events, result }
  }

  /** Works on a claimed run until it ends, and gives the claim back. */
  async #work(runId: RunId, events: AsyncChannel<RunEvent>, outer: AbortSignal, how: Beginning): Promise<RunResult> {
    const stop = new AbortController()
    const signal = AbortSignal.any([outer, stop.signal])
    // As many listen as there are subtasks; that is no leak.
    setMaxListeners(0, signal)
    const claim = await this.#claim(runId)
    let renewal = Promise.resolve()
    const renew = setInterval(() => {
      renewal = this.#runs.claim(claim).then(
        (held) => {
          if (!held) stop.abort(new RunBusyError(runId, 'was taken over by another process'))
        },
        // The store may be back before the claim runs out.
        () => {},
      )
    }, claim.ttlMs / 3)
    renew.unref()
    let planned = false
    const { concurrency = 10, attempts = 3, workspaceTtlMs = 60_000, retry = goesBack } = this.#options
    const scope = new RunScope({
      runId,
      ports: this.#options,
      defaults: { concurrency, attempts, workspaceTtlMs, retry },
      clock: this.#clock,
      signal,
      emit: (event) => {
        events.push(event)
        this.#options.onEvent?.(event)
      },
      onPlan: async (plan) => {
        planned = true
        await this.#runs.update(runId, { title: plan.title, subtasks: plan.subtasks.length })
      },
    })
    try {
      signal.throwIfAborted()
      const state = await this.#invoke(scope, how)
      const endedAt = this.#clock.now()
      const result = resultOf({ runId, target: this.#options.target.target, state, endedAt })
      await this.#runs.update(runId, { status: 'finished', endedAt })
      scope.emit({ type: 'run.finished', data: result })
      return result
    } catch (thrown) {
      const takenOver = stop.signal.aborted
      const error: unknown = takenOver ? stop.signal.reason : thrown
      stop.abort(error)
      await scope.idle()
      // What becomes of the run now is for its new holder to record.
      if (takenOver) throw failed(scope, error)
      // Without a plan nothing was done: there is no run to come back to.
      if (!planned && how.request !== undefined && !outer.aborted) await this.#discard(runId)
      throw await this.#ended(scope, error, outer.aborted)
    } finally {
      clearInterval(renew)
      // One under way would take the claim again after it was given back.
      await renewal
      await this.#runs.release(runId, claim.holder).catch(() => {})
    }
  }

  async #invoke(scope: RunScope, how: Beginning): Promise<RunState> {
    const langGraph = await import('@langchain/langgraph')
    const saver = await this.#openSaver(() => new langGraph.MemorySaver())
    const graph = runGraph(langGraph, scope, saver)
    const config = { configurable: { thread_id: scope.runId }, durability: 'sync' as const }
    const { target } = this.#options.target
    if (how.request !== undefined) {
      const { plan, waitForApproval = false } = how.request
      const base = await this.#options.target.head()
      scope.emit({ type: 'run.started', data: { target, base, resumed: false } })
      const options = { ...defined(how.request), waitForApproval }
      return graph.invoke({ request: plan, options, base, head: base, startedAt: how.startedAt, outcomes: {} }, config)
    }

    const checkpoint = await graph.getState(config)
    const state: Partial<RunState> = checkpoint.values
    if (state.request === undefined || state.options === undefined || state.base === undefined) {
      throw new RunNotFoundError(scope.runId, { remedy: 'It was killed before its first step; start it again.' })
    }
    scope.emit({ type: 'run.started', data: { target, base: state.base, resumed: true } })
    const options: RunOptions = { ...state.options, ...defined(how.options) }
    if (state.plan !== undefined) await scope.adopt(state.plan, options)
    for (const outcome of Object.values(state.outcomes ?? {})) if (outcome.final) scope.board.post(outcome)
    if (checkpoint.next.length === 0) {
      // The run had ended. Dispatching again sends out only units without a final outcome.
      await graph.updateState(config, { options }, 'make_plan')
    } else {
      // Units that ended before the kill are not sent out again, so their dependants learn of them here.
      const pending = (await saver.getTuple(config))?.pendingWrites ?? []
      for (const [, channel, value] of pending) {
        if (channel !== 'outcomes') continue
        for (const outcome of Object.values(pendingOutcomes.parse(value))) scope.board.post(outcome)
      }
    }
    return graph.invoke(null, config)
  }

  #openSaver(fallback: () => BaseCheckpointSaver): Promise<BaseCheckpointSaver> {
    const { saver = fallback } = this.#options
    this.#saver ??= Promise.resolve(typeof saver === 'function' ? saver() : saver)
    return this.#saver
  }

  async #discard(runId: RunId): Promise<void> {
    await (await this.#saver)?.deleteThread(runId).catch(() => {})
    await this.#runs.remove(runId).catch(() => {})
  }

  /** Records how a run ended that did not finish, and says what its result rejects with. */
  async #ended(scope: RunScope, error: unknown, interrupted: boolean): Promise<unknown> {
    const endedAt = this.#clock.now()
    if (interrupted) {
      await this.#runs.update(scope.runId, { status: 'interrupted', endedAt }).catch(() => {})
      scope.emit({ type: 'run.interrupted', message: `Resume run ${scope.runId} to go on.` })
      return new RunInterruptedError(scope.runId, { cause: error })
    }
    await this.#runs.update(scope.runId, { status: 'failed', endedAt }).catch(() => {})
    return failed(scope, error)
  }
}

/** Tells the reader why the run failed. */
function failed(scope: RunScope, error: unknown): unknown {
  const code = PatchlaneError.is(error) ? error.code : 'UNKNOWN'
  scope.emit({ type: 'run.failed', message: errorMessage(error), data: { code } })
  return error
}
