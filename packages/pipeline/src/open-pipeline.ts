import { ApplyGateway, GitBranchTarget, GitStagingArea, type Target } from '@patchlane/apply-gateway'
import { IndexMetrics } from '@patchlane/index-version'
import { patchStream } from '@patchlane/patch-queue'
import { defaultWorkspaceRoot, WorkspaceManager } from '@patchlane/workspace'
import type { PatchlaneConfig, PatchlaneConfigInput } from './config-schema.ts'
import { AgentDesk } from './desks/agent-desk.ts'
import { PatchApprovalDesk } from './desks/approval-desk.ts'
import { CodeDesk } from './desks/code-desk.ts'
import { LandingGate } from './desks/landing-gate.ts'
import { pipelineMetrics } from './desks/metrics-desk.ts'
import { QueuePatchDesk } from './desks/patch-desk.ts'
import { OrchestratedRunDesk } from './desks/run-desk.ts'
import { pipelineStatus } from './desks/status-desk.ts'
import { UndoDesk } from './desks/undo-desk.ts'
import { ManagedWorkspaceDesk } from './desks/workspace-desk.ts'
import type { Pipeline } from './pipeline.ts'
import type { AgentWiring } from './wiring/agents.ts'
import { CodeIntelligence } from './wiring/code-intelligence.ts'
import { ConfiguredResolver } from './wiring/configured-resolver.ts'
import { ChainMerger } from './wiring/content-merger.ts'
import { freshnessGate } from './wiring/freshness.ts'
import type { GateChecks } from './wiring/gate-checks.ts'
import { gatewayOwner } from './wiring/gateway-owner.ts'
import { makePatch } from './wiring/make-patch.ts'
import { openPlace } from './wiring/place.ts'
import { openRepositoryContext, type RepositoryContext } from './wiring/repository-context.ts'
import { StagingDependencies } from './wiring/staging-dependencies.ts'
import { openStores, openStoresForReading, type Stores } from './wiring/stores.ts'

export interface OpenPipelineOptions {
  /** Any folder inside the repository, or inside a plain folder whose configuration makes it the target. */
  directory: string
  /** Wins over the target of the configuration: a branch, or `dir:PATH` for a plain folder. */
  target?: string
  /** Only questions about the code will be asked: where no branch is checked out, what is checked out is read. */
  reading?: boolean
  /** A configuration file to use instead of the one found. */
  configFile?: string
  /** Wins over what the configuration file says. */
  overrides?: PatchlaneConfigInput
}

/** Opens a repository with its configuration and wires everything. What a dead process left is mended when the gate opens. */
export type OpenPipeline = (options: OpenPipelineOptions) => Promise<Pipeline>

export const openPipeline: OpenPipeline = async (options) => {
  const place = await openPlace(options)
  const { git, folder, config, file } = place
  try {
    const context = await openRepositoryContext(place, options)
    const { stores, trouble } = options.reading
      ? await openStoresForReading(context, config)
      : { stores: await openStores(context, config) }
    const gateTarget = () => folder ?? new GitBranchTarget({ repository: git, name: context.target })
    return wire({ context, gateTarget, config, configFile: file, stores, trouble, owner: await gatewayOwner() })
  } catch (error) {
    await git.close()
    throw error
  }
}

function workspaceLimits(config: PatchlaneConfig['workspaces']) {
  const { maxBytes, sparse, submodules, largeFiles, setup, setupKeep, setupInputs } = config
  return {
    ...(maxBytes === undefined ? {} : { maxBytes }),
    checkout: { submodules, largeFiles, ...(sparse === undefined ? {} : { sparse }) },
    ...(setup === undefined
      ? {}
      : { setup: { run: setup, keep: setupKeep, ...(setupInputs === undefined ? {} : { inputs: setupInputs }) } }),
  }
}

function wire(parts: {
  context: RepositoryContext
  gateTarget: () => Target
  config: PatchlaneConfig
  configFile: string | null
  stores: Stores
  /** Why nothing can be kept, where that is so. */
  trouble: string | undefined
  owner: string
}): Pipeline {
  const { context, gateTarget, config, configFile, stores, trouble, owner } = parts
  const { git, repoId, target } = context
  const workspaceRoot = config.workspaces.root ?? defaultWorkspaceRoot(git.commonDir)
  const workspaces = new WorkspaceManager({
    repository: git,
    repoId,
    store: stores.workspaces,
    root: workspaceRoot,
    max: config.workspaces.max,
    dependencies: config.workspaces.dependencies,
    maxFiles: config.limits.maxFiles,
    maxFileBytes: config.limits.maxFileBytes,
    ...workspaceLimits(config.workspaces),
  })
  const indexMetrics = new IndexMetrics()
  const code = new CodeIntelligence(context, stores, indexMetrics, config.context.reranker)
  const codeDesk = new CodeDesk(context, config, code, trouble)
  const patches = new QueuePatchDesk(context, stores)
  const dependencies = new StagingDependencies(git)
  const { resolver } = config.merge
  const merger = new ChainMerger(
    config.merge,
    resolver === undefined ? undefined : new ConfiguredResolver(resolver, context),
  )
  const staging = new GitStagingArea({
    repository: git,
    root: `${workspaceRoot}-staging`,
    prepare: (directory) => dependencies.prepare(directory),
  })
  let checking: GateChecks | undefined
  const openGateway = async () => {
    const { gateChecks } = await import('./wiring/gate-checks.ts')
    checking = gateChecks(context, config, stores)
    return new ApplyGateway({
      repoId,
      target: gateTarget(),
      queue: stores.queue,
      owner,
      checks: checking.checks,
      staging,
      approval: stores.approvalGate,
      freshness: freshnessGate(context, config, indexMetrics),
      merger,
      admission: config.limits,
      checkTimeoutMs: config.checks.timeoutSeconds * 1000,
      indexVersionOf: async (commit) => (await code.stamp(commit)).indexVersion,
    })
  }
  const gate = new LandingGate({ repoId, target }, openGateway, stores)
  // Looked for only when an agent is to run: it means starting a process.
  let agents: Promise<AgentWiring> | undefined
  const wiredAgents = () => {
    agents ??= import('./wiring/agents.ts').then(({ wireAgents }) => wireAgents(context, stores, config, workspaceRoot))
    return agents
  }
  const runs = new OrchestratedRunDesk(
    { context, stores, config, code, desk: patches, workspaces, agents: wiredAgents },
    gate,
  )
  const undo = new UndoDesk({ context, patches, code, runs })
  const agent = new AgentDesk({ context, code, desk: patches, workspaces, agents: wiredAgents })
  let closed: Promise<void> | undefined

  return {
    repoId,
    target,
    workTree: git.workTree,
    config,
    stamp: () => codeDesk.stamp(),
    index: (options) => codeDesk.index(options),
    context: (request) => codeDesk.context(request),
    symbols: (name) => codeDesk.symbols(name),
    references: (name) => codeDesk.references(name),
    map: (budgetTokens) => codeDesk.map(budgetTokens),
    propose: async (proposal, { onNote } = {}) => {
      const { patch, notes } = await makePatch(await patches.named(proposal), {
        ...context,
        config,
        stampCommit: (commit) => code.stamp(commit),
      })
      const queued = await patches.propose(patch)
      for (const note of notes) onNote?.(note)
      return queued
    },
    patches,
    approvals: new PatchApprovalDesk(context, stores, patches),
    gate,
    undo: (request) => undo.preview(request),
    agent: (request) => agent.run(request),
    runs,
    workspaces: new ManagedWorkspaceDesk(workspaces, staging, context),
    test: async (options) => (await import('./desks/test-desk.ts')).runTests(context, config, stores, options),
    doctor: async () =>
      (await import('./desks/doctor.ts')).diagnose({ context, config, configFile, stores, workspaceRoot }),
    status: () => pipelineStatus({ context, stores, code, workspaces }),
    metrics: () => pipelineMetrics({ context, stores, index: indexMetrics }),
    async *events({ stream = patchStream({ repoId, target }), after = 0, follow = false, limit, signal } = {}) {
      if (follow) yield* stores.events.follow(stream, after, signal)
      else yield* await stores.events.read({ stream, after, ...(limit === undefined ? {} : { limit }) })
    },
    close: () => {
      closed ??= (async () => {
        await gate.close()
        await Promise.all([checking?.project.close(), merger.close()])
        await stores.queue.close()
        await stores.close()
        await git.close()
      })()
      return closed
    },
  }
}
