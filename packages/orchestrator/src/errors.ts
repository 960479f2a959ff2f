import { type ErrorKind, PatchlaneError, type PatchlaneErrorOptions } from '@patchlane/kernel'

/** A plan that cannot be run, with every reason found. */
export class PlanInvalidError extends PatchlaneError {
  readonly code = 'ORCHESTRATOR_PLAN_INVALID'
  override readonly kind: ErrorKind = 'usage'
  readonly problems: readonly string[]

  constructor(problems: readonly string[], options?: PatchlaneErrorOptions) {
    super(`The plan cannot be run: ${problems.join('; ')}.`, {
      remedy: 'Correct the plan; docs/guides/plan-file.md describes its format, planJsonSchema() gives its schema.',
      ...options,
    })
    this.problems = problems
  }
}

/** The run was stopped before its end. Everything it had done is kept. */
export class RunInterruptedError extends PatchlaneError {
  readonly code = 'ORCHESTRATOR_RUN_INTERRUPTED'
  override readonly retryable = true
  readonly runId: string

  constructor(runId: string, options?: PatchlaneErrorOptions) {
    super(`Run ${runId} was interrupted.`, { remedy: `Resume run ${runId} to go on where it stopped.`, ...options })
    this.runId = runId
  }
}

export class RunNotFoundError extends PatchlaneError {
  readonly code = 'ORCHESTRATOR_RUN_NOT_FOUND'
  override readonly kind: ErrorKind = 'usage'

  constructor(runId: string, options?: PatchlaneErrorOptions) {
    super(`There is no run ${runId}.`, { remedy: 'List the runs to see their ids.', ...options })
  }
}

/** Another process works on the run, or a new run was given the id of an old one. */
export class RunBusyError extends PatchlaneError {
  readonly code = 'ORCHESTRATOR_RUN_BUSY'
  override readonly kind: ErrorKind = 'conflict'
  override readonly retryable = true

  constructor(runId: string, reason: string, options?: PatchlaneErrorOptions) {
    super(`Run ${runId} ${reason}.`, { remedy: 'Wait until it ends, or start a run with another id.', ...options })
  }
}

/** The plan names a kind of agent that nobody registered. */
export class UnknownAgentKindError extends PatchlaneError {
  readonly code = 'ORCHESTRATOR_UNKNOWN_AGENT_KIND'
  override readonly kind: ErrorKind = 'usage'

  constructor(kind: string, known: readonly string[], options?: PatchlaneErrorOptions) {
    super(`There is no agent of kind ${JSON.stringify(kind)}.`, {
      remedy: `Use one of: ${known.join(', ')}.`,
      ...options,
    })
  }
}

/** An agent ended without changes to propose because it failed. */
export class AgentFailedError extends PatchlaneError {
  readonly code = 'ORCHESTRATOR_AGENT_FAILED'
  override readonly retryable: boolean

  constructor(message: string, options: PatchlaneErrorOptions & { retryable?: boolean } = {}) {
    super(message, { remedy: "Look at the agent's output.", ...options })
    this.retryable = options.retryable ?? false
  }
}

/** The repository's refs, configuration or hooks changed while an agent worked. Its changes are not proposed. */
export class AgentQuarantinedError extends PatchlaneError {
  readonly code = 'ORCHESTRATOR_AGENT_QUARANTINED'
  readonly differences: readonly string[]

  constructor(agent: string, differences: readonly string[], options?: PatchlaneErrorOptions) {
    super(`Agent ${agent} is quarantined: while it worked, ${differences.join('; ')}.`, {
      remedy: 'Look at what the agent did to the repository and undo it before you run the agent again.',
      ...options,
    })
    this.differences = differences
  }
}

/** A recorded session that does not have the form of one, or does not fit the files it is replayed on. */
export class SessionInvalidError extends PatchlaneError {
  readonly code = 'ORCHESTRATOR_SESSION_INVALID'
  override readonly kind: ErrorKind = 'usage'

  constructor(message: string, options?: PatchlaneErrorOptions) {
    super(message, { remedy: 'Record the session again, on the state it is to be replayed on.', ...options })
  }
}

/** The system cannot confine agents as the configuration asks for. */
export class SandboxUnavailableError extends PatchlaneError {
  readonly code = 'ORCHESTRATOR_SANDBOX_UNAVAILABLE'
  override readonly kind: ErrorKind = 'environment'

  constructor(reason: string, options?: PatchlaneErrorOptions) {
    super(`Agents cannot be confined here: ${reason}.`, {
      remedy: 'Install bubblewrap (bwrap) and allow unprivileged user namespaces, or set the sandbox to "auto".',
      ...options,
    })
  }
}

/** The modes of an agent do not form a machine, or an exit was taken that the mode does not have. */
export class ModeError extends PatchlaneError {
  readonly code = 'ORCHESTRATOR_MODE_INVALID'
  override readonly kind: ErrorKind = 'usage'
}

/** A call to the checkpoint saver without the ids it needs. */
export class CheckpointRequestError extends PatchlaneError {
  readonly code = 'ORCHESTRATOR_CHECKPOINT_REQUEST'
  override readonly kind: ErrorKind = 'usage'
}
