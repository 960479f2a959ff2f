import type { ParallelOrchestrator } from '@patchlane/orchestrator'
import type { WorkspaceManager } from '@patchlane/workspace'
import type { PatchlaneConfig } from '../config-schema.ts'
import { NotFoundError } from '../errors.ts'
import type { RunDesk, RunHandle, RunRequest, RunSummary } from '../pipeline.ts'
import type { AgentWiring } from '../wiring/agents.ts'
import type { CodeIntelligence } from '../wiring/code-intelligence.ts'
import { GroupMerger } from '../wiring/group-merger.ts'
import type { RepositoryContext } from '../wiring/repository-context.ts'
import type { Stores } from '../wiring/stores.ts'
import type { LandingGate } from './landing-gate.ts'
import type { QueuePatchDesk } from './patch-desk.ts'

export interface RunDeskParts {
  context: RepositoryContext
  stores: Stores
  config: PatchlaneConfig
  code: CodeIntelligence
  desk: QueuePatchDesk
  workspaces: WorkspaceManager
  agents: () => Promise<AgentWiring>
}

/** Runs of plans, and the gate that lands what they propose while they last. */
export class OrchestratedRunDesk implements RunDesk {
  readonly #parts: RunDeskParts
  readonly #gate: LandingGate
  #orchestrator: Promise<ParallelOrchestrator> | undefined

  constructor(parts: RunDeskParts, gate: LandingGate) {
    this.#parts = parts
    this.#gate = gate
  }

  async start(request: RunRequest): Promise<RunHandle> {
    const orchestrator = await this.#open()
    await this.#parts.workspaces.reap({ deadHolders: true })
    return this.#landing(request.signal, (signal) => orchestrator.start({ ...request, signal }))
  }

  async resume(runId: string, options: Pick<RunRequest, 'signal' | 'waitForApproval'> = {}): Promise<RunHandle> {
    const full = await this.#fullId(runId)
    const orchestrator = await this.#open()
    // Agents end with the process that started them: what a killed run left is free at once.
    await this.#parts.workspaces.reap({ deadHolders: true })
    return this.#landing(options.signal, (signal) => orchestrator.resume(full, { ...options, signal }))
  }

  /** Agents only propose: while a run lasts, a gate beside it lands what they proposed. */
  #landing(asked: AbortSignal | undefined, begin: (signal: AbortSignal) => RunHandle): RunHandle {
    const stop = new AbortController()
    const handle = begin(asked === undefined ? stop.signal : AbortSignal.any([asked, stop.signal]))
    const result = this.#gate.during(handle.result, () => stop.abort()).finally(() => this.#parts.stores.runLog.flush())
    return { runId: handle.runId, events: handle.events, result }
  }

  list(): Promise<RunSummary[]> {
    return this.#parts.stores.runs.list()
  }

  /** The whole id of a run that is kept, from its beginning; undefined if there is none, or several. */
  async find(prefix: string): Promise<string | undefined> {
    if (prefix === '') return undefined
    const [found, ...others] = (await this.list()).filter((run) => run.runId.startsWith(prefix))
    return others.length === 0 ? found?.runId : undefined
  }

  async #fullId(prefix: string): Promise<string> {
    const found = await this.find(prefix)
    if (found !== undefined) return found
    throw new NotFoundError('run', prefix, 'List the runs with "patchlane status".')
  }

  #open(): Promise<ParallelOrchestrator> {
    this.#orchestrator ??= this.#make()
    return this.#orchestrator
  }

  async #make(): Promise<ParallelOrchestrator> {
    // Loaded for a run only: LangChain comes with them.
    const { FilePlanner, ParallelOrchestrator } = await import('@patchlane/orchestrator')
    const { context, stores, config, code, desk, workspaces, agents } = this.#parts
    const { git, repoId, target, ref } = context
    return new ParallelOrchestrator({
      planner: new FilePlanner(),
      agents: (await agents()).registry,
      desk,
      workspaces: { lease: (request) => workspaces.lease({ ...request, waitMs: 600_000 }) },
      context: {
        context: async ({ task, files, commit, signal }) => {
          const { builder, versions } = await code.open()
          const stamp = await versions.stamp({ repoId, commit, signal })
          const { budgetTokens, limit } = config.context
          const words = [task, ...files].join('\n')
          const bundle = await builder.build({ task: words, commit, budgetTokens, limit, signal })
          return { stamp, text: bundle.text, readSet: bundle.readSet }
        },
      },
      target: { repoId, target, head: () => git.resolve(ref), resolve: (revision) => git.resolve(revision) },
      merger: new GroupMerger(git),
      saver: async () => {
        const { SqlCheckpointSaver } = await import('@patchlane/orchestrator/sql')
        const saver = new SqlCheckpointSaver({ database: stores.database })
        const keepMs = config.retention.finishedRunDays * 86_400_000
        await saver.prune({ repoId, finishedBefore: (await stores.database.now()) - keepMs })
        return saver
      },
      runs: stores.runs,
      onEvent: (event) => stores.runLog.record(event),
      concurrency: config.concurrency,
      attempts: config.attempts,
      workspaceTtlMs: config.workspaces.ttlSeconds * 1000,
    })
  }
}
