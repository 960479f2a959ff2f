export { type AgentKind, AgentRegistry } from './agent-registry.ts'
export {
  AgentFailedError,
  AgentQuarantinedError,
  ModeError,
  PlanInvalidError,
  RunBusyError,
  RunInterruptedError,
  RunNotFoundError,
  SandboxUnavailableError,
  SessionInvalidError,
  UnknownAgentKindError,
} from './errors.ts'
export type { AgentState } from './langgraph/agent-state.ts'
export { MemoryRunStore } from './memory/memory-run-store.ts'
export { codingModes } from './modes/coding-modes.ts'
export { END_OF_MODES, type Mode, type ModePlan, type ModePlanInput, modePlanSchema, modeSchema } from './modes/mode.ts'
export { ModeMachine, type ModeState } from './modes/mode-machine.ts'
export { type ModeDriver, type ModeStep, runModes } from './modes/run-modes.ts'
export {
  goesBack,
  ParallelOrchestrator,
  type ParallelOrchestratorOptions,
  type ResumeRunOptions,
  type RunHandle,
  type StartRunRequest,
} from './parallel-orchestrator.ts'
export { checkPlan } from './plan/check-plan.ts'
export { FilePlanner, parsePlan } from './plan/file-planner.ts'
export {
  type AgentSpec,
  agentName,
  agentSpecSchema,
  type CommandAgentSpec,
  commandAgentSpecSchema,
  type Plan,
  type PlanInput,
  planJsonSchema,
  planSchema,
  type RecordedAgentSpec,
  recordedAgentSpecSchema,
  type Subtask,
  subtaskSchema,
} from './plan/plan-schema.ts'
export type {
  Agent,
  AgentEvent,
  AgentProposal,
  AgentUsage,
  AssignedSubtask,
  WorkspaceView,
} from './ports/agent.ts'
export { type AgentFeedback, agentFeedbackSchema, feedbackFrom } from './ports/agent-feedback.ts'
export type { AgentWorkspaces, LeasedWorkspace, WorkspaceLeaseRequest } from './ports/agent-workspaces.ts'
export type { AgentContext, ContextProvider, ContextRequest } from './ports/context-provider.ts'
export type { Merger, MergerAnswer, MergerRequest } from './ports/merger.ts'
export type { PatchDesk, SettledOptions } from './ports/patch-desk.ts'
export type { Planner, PlanRequest } from './ports/planner.ts'
export type { RunClaim, RunRecord, RunStatus, RunStore } from './ports/run-store.ts'
export type { TargetReader } from './ports/target-reader.ts'
export type { RunEvent } from './run/run-event.ts'
export type { RunCost, RunPatch, RunResult } from './run/run-result.ts'
export type { RunPorts } from './run/run-scope.ts'
