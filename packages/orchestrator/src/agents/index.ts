export { CommandAgent, type CommandAgentOptions } from './command-agent.ts'
export { type CommandAgentsOptions, commandAgents } from './command-agents.ts'
export type { DroppedFiles, FeedbackDrop } from './feedback-drop.ts'
export { RecordedAgent, type RecordedAgentOptions } from './recorded-agent.ts'
export { type RecordedAgentsOptions, recordedAgents } from './recorded-agents.ts'
export {
  describeChange,
  type RepositoryGuard,
  type RepositorySnapshot,
  type SnapshotChange,
  snapshotChanges,
} from './repository-guard.ts'
export {
  bubblewrapAbility,
  type OpenSandboxOptions,
  openSandbox,
  type Sandbox,
  type SandboxedCommand,
  type SandboxMode,
} from './sandbox.ts'
export { parseSession, type Session, type SessionEdit, type SessionEvent, sessionSchema } from './session.ts'
export type { BaseFiles } from './session-overlay.ts'
export { SessionRecorder } from './session-recorder.ts'
