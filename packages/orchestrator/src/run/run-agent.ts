import type { ObjectId } from '@patchlane/kernel'
import {
  errorMessage,
  type FileChange,
  PatchlaneError,
  type ReadSet,
  repoPathSchema,
  type Stamp,
  touchedPaths,
} from '@patchlane/kernel'
import { AgentFailedError } from '../errors.ts'
import { agentName, type Subtask } from '../plan/plan-schema.ts'
import type { AgentEvent, AgentProposal, AssignedSubtask, WorkspaceView } from '../ports/agent.ts'
import type { AgentFeedback } from '../ports/agent-feedback.ts'
import type { LeasedWorkspace } from '../ports/agent-workspaces.ts'
import type { AgentContext } from '../ports/context-provider.ts'
import { addCost, noCost, type RunCost } from './run-result.ts'
import type { RunScope } from './run-scope.ts'

export interface AgentAttempt {
  readonly subtask: Subtask
  readonly attempt: number
  readonly base: ObjectId
  readonly feedback: AgentFeedback | null
  /** Called as soon as something was spent, so that it counts even where the attempt fails. */
  readonly onCost: (cost: RunCost) => void
}

export interface AgentAnswer {
  readonly subtask: Subtask
  readonly stamp: Stamp
  readonly changes: readonly FileChange[]
  readonly description: string
  readonly readSet: ReadSet
}

/** One attempt of one subtask: a slot, a context, a workspace, the agent, what it changed. The workspace is given back in any case. */
export async function runAgent(scope: RunScope, request: AgentAttempt): Promise<AgentAnswer> {
  const about = { subtask: request.subtask.id, agent: agentName(request.subtask.agent) }
  if (scope.slots.exhausted) scope.emit({ type: 'subtask.waiting', ...about, message: 'waits for a free agent slot' })
  return scope.slots.use(scope.signal, async () => {
    const startedAt = performance.now()
    const elapsed = () => Math.round(performance.now() - startedAt)
    try {
      const answer = await attemptInWorkspace(scope, request)
      const files = touchedPaths(answer.changes)
      scope.emit({ type: 'agent.finished', ...about, data: { attempt: request.attempt, files, durationMs: elapsed() } })
      return answer
    } catch (error) {
      scope.signal.throwIfAborted()
      const code = PatchlaneError.is(error) ? error.code : 'UNKNOWN'
      const data = { attempt: request.attempt, code, durationMs: elapsed() }
      scope.emit({ type: 'agent.failed', ...about, message: errorMessage(error), data })
      throw error
    }
  })
}

async function attemptInWorkspace(scope: RunScope, request: AgentAttempt): Promise<AgentAnswer> {
  const { subtask, base, attempt } = request
  const agent = scope.ports.agents.create(subtask.agent)
  const about = { subtask: subtask.id, agent: agentName(subtask.agent) }
  scope.emit({ type: 'subtask.preparing', ...about, message: 'gathers its context' })
  const context = await scope.ports.context.context({
    task: subtask.description === '' ? subtask.title : `${subtask.title}\n\n${subtask.description}`,
    files: subtask.files,
    commit: base,
    signal: scope.signal,
  })
  if (context.stamp.commit !== base) {
    throw new AgentFailedError(`The context is stamped ${context.stamp.commit}, but the agent works from ${base}.`)
  }
  scope.emit({ type: 'subtask.preparing', ...about, message: 'takes a workspace' })
  const workspace = await scope.ports.workspaces.lease({
    commit: base,
    holder: `${scope.runId}/${subtask.id}/${attempt}`,
    ttlMs: scope.workspaceTtlMs,
  })
  const beat = heartbeatOf(workspace, scope)
  try {
    const { id, directory } = workspace
    scope.emit({ type: 'agent.started', ...about, data: { attempt, base, workspace: directory } })
    const assigned: AssignedSubtask = {
      runId: scope.runId,
      id: subtask.id,
      title: subtask.title,
      description: subtask.description,
      files: subtask.files,
      attempt,
      feedback: request.feedback,
    }
    const view: WorkspaceView = {
      id,
      directory,
      commit: workspace.commit,
      capture: () => workspace.capture(),
      track: async (pid) => (await workspace.track?.(pid)) ?? (async () => {}),
    }
    const proposal = await follow(agent.run(assigned, context, view, beat.signal), (event) =>
      report(scope, about, event, request.onCost),
    )
    beat.signal.throwIfAborted()
    return {
      subtask,
      // A person may have moved the workspace onto a newer head meanwhile.
      stamp:
        workspace.commit === base ? context.stamp : { ...context.stamp, commit: workspace.commit, indexVersion: null },
      changes: proposal.changes,
      description: proposal.description ?? subtask.description,
      readSet: readSetOf(subtask, context, proposal),
    }
  } catch (error) {
    // Why the agent was stopped says more than how it took it.
    beat.signal.throwIfAborted()
    throw error
  } finally {
    beat.stop()
    await workspace.release()
  }
}

/** Reads an agent to its end and returns the proposal it ended in. */
async function follow(events: AsyncIterable<AgentEvent>, onEvent: (event: AgentEvent) => void): Promise<AgentProposal> {
  let proposal: AgentProposal | undefined
  for await (const event of events) {
    if (proposal !== undefined) throw new AgentFailedError(`The agent went on after its proposal (${event.type}).`)
    if (event.type === 'proposed') proposal = event
    onEvent(event)
  }
  if (proposal === undefined) throw new AgentFailedError('The agent ended without a proposal.')
  return proposal
}

function report(
  scope: RunScope,
  about: { subtask: string; agent: string },
  event: AgentEvent,
  onCost: (cost: RunCost) => void,
): void {
  if (event.type === 'output') {
    scope.emit({ type: 'agent.output', ...about, message: event.text, data: { stream: event.stream } })
  } else if (event.type === 'message') {
    scope.emit({ type: 'agent.message', ...about, message: event.text })
  } else if (event.type === 'mode') {
    scope.emit({ type: 'agent.mode', ...about, message: event.mode })
  } else if (event.type === 'usage') {
    const { inputTokens, outputTokens, usd } = event
    onCost(addCost(noCost, { inputTokens, outputTokens, usd }))
    scope.emit({ type: 'agent.usage', ...about, data: { inputTokens, outputTokens, usd } })
  }
}

/** Keeps the lease alive; aborts the agent when the lease is lost, because another may be given the same tree. */
function heartbeatOf(workspace: LeasedWorkspace, scope: RunScope): { signal: AbortSignal; stop(): void } {
  const lost = new AbortController()
  const timer = setInterval(() => {
    workspace.heartbeat().catch((cause: unknown) => {
      lost.abort(new AgentFailedError('The lease of the workspace was lost.', { cause, retryable: true }))
    })
  }, scope.workspaceTtlMs / 3)
  timer.unref()
  return { signal: AbortSignal.any([scope.signal, lost.signal]), stop: () => clearInterval(timer) }
}

/** What the agent gave as its read set; else context, declared and changed files, marked partial as it may have read more. */
function readSetOf(subtask: Subtask, context: AgentContext, proposal: AgentProposal): ReadSet {
  if (proposal.readSet?.complete === true) return proposal.readSet
  const declared = subtask.files.filter((file) => !/[*?[\]{}!]/.test(file))
  const known = [
    ...context.readSet.paths,
    ...(proposal.readSet?.paths ?? []),
    ...declared,
    ...touchedPaths(proposal.changes),
  ]
  const paths = [...new Set(known)].sort().flatMap((path) => {
    const parsed = repoPathSchema.safeParse(path)
    return parsed.success ? [parsed.data] : []
  })
  const symbols = [...new Set([...(context.readSet.symbols ?? []), ...(proposal.readSet?.symbols ?? [])])].sort()
  return { paths, ...(symbols.length === 0 ? {} : { symbols }), complete: false }
}
