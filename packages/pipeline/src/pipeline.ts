import type {
  CheckReport,
  FileChange,
  IndexDigest,
  ObjectId,
  PatchlaneError,
  PatchStatus,
  QueuedPatch,
  ReadSet,
  RepoId,
  Stamp,
  StoredEvent,
  TargetName,
  WorkspaceId,
} from '@patchlane/kernel'
import type { PatchlaneConfig } from './config-schema.ts'

/** Everything Patchlane does for one repository, wired. CLI and server are thin layers over this. */
export interface Pipeline {
  readonly repoId: RepoId
  readonly target: TargetName
  /** The user's checkout; null for a bare repository. */
  readonly workTree: string | null
  readonly config: PatchlaneConfig

  /** Where the target stands: its head and the index version of it (indexing first if it has none). */
  stamp(): Promise<Stamp>
  index(options?: {
    commit?: string
    /** Afterwards, removes from the index what no branch, no worktree and no recent commit holds. */
    prune?: boolean
    signal?: AbortSignal
    onProgress?: (progress: IndexProgress) => void
  }): Promise<IndexSummary>
  context(request: ContextRequest): Promise<ContextBundle>
  /** Everywhere a name is defined, best first. */
  symbols(name: string): Promise<SymbolHit[]>
  /** Everywhere a name is used, best first. */
  references(name: string): Promise<SymbolHit[]>
  map(budgetTokens: number): Promise<string>

  /** `onNote` hears what was made of a text that did not say it exactly; the patch's description has it, too. */
  propose(proposal: Proposal, options?: { onNote?(note: string): void }): Promise<QueuedPatch>
  patches: PatchDesk
  approvals: ApprovalDesk
  gate: Gate
  undo(request: { patchId?: string; runId?: string }): Promise<UndoPreview>

  /** Runs one program in a workspace of its own and proposes what it changed; null if it changed nothing. */
  agent(request: AgentRequest): Promise<QueuedPatch | null>
  runs: RunDesk
  workspaces: WorkspaceDesk
  /** Runs the tests that the difference between the target's head and the checkout affects (or all). */
  test(options?: {
    all?: boolean
    paths?: string[]
    signal?: AbortSignal
    onLine?: (line: string) => void
  }): Promise<CheckReport[]>
  doctor(): Promise<Diagnosis[]>
  status(): Promise<PipelineStatus>
  /** Counts and gauges of the queue and the index, in the text form that Prometheus reads. */
  metrics(): Promise<string>
  /** The log of one stream; the default is that of the target's patches. With `follow` it goes on until the signal. */
  events(options?: {
    stream?: string
    after?: number
    signal?: AbortSignal
    follow?: boolean
    limit?: number
  }): AsyncIterable<StoredEvent>
  /** Ends what was started, gives leases back. Safe to call twice. */
  close(): Promise<void>
}

export interface IndexProgress {
  done: number
  total: number
}

export interface IndexSummary {
  stamp: Stamp
  versionId: number
  indexer: string
  fileCount: number
  /** 0 when this commit had been indexed before. */
  durationMs: number
  fresh: boolean
  /** What was removed, where that was asked for. */
  pruned?: { documents: number; bytes: number }
}

export interface ContextRequest {
  task: string
  budgetTokens?: number
  limit?: number
  /** Include the user's uncommitted work. */
  includeWip?: boolean
  commit?: string
  signal?: AbortSignal
}

export type FileRole = 'implementation' | 'test' | 'doc' | 'example' | 'config' | 'generated' | 'vendored'

export interface ContextFile {
  path: string
  role: FileRole
  score: number
  /** Why it is here, one short phrase each. */
  why: string[]
  level: 'full' | 'symbols' | 'signatures' | 'path'
  tokens: number
}

export interface ContextBundle {
  stamp: Stamp
  /** The version of the state that was read, where uncommitted work was read on top of the stamp's commit; else null. */
  overlay: IndexDigest | null
  files: ContextFile[]
  /** The packed context, for a prompt. */
  text: string
  tokens: number
  readSet: ReadSet
  /** What went wrong without stopping the whole. */
  notes: string[]
}

export interface SymbolHit {
  name: string
  kind: string
  path: string
  line: number
}

export interface Proposal {
  /** Any format that `propose --help` names; alternatively `changes`. */
  text?: string | Uint8Array
  format?: string
  /** With the format `whole`: the file that the text is the content of. */
  path?: string
  changes?: FileChange[]
  /** A revision the text was made against; the default is the target's head. */
  base?: string
  title?: string
  description?: string
  agent?: string
  priority?: number
  dependsOn?: string[]
  supersedes?: string
  readSet?: ReadSet
  /** A key of the caller's: proposing twice with the same one is once. */
  key?: string
}

export interface PatchFilter {
  status?: PatchStatus[]
  runId?: string
  limit?: number
  afterSeq?: number
  latestFirst?: boolean
}

export interface PatchDesk {
  /** In the order of `seq`, or against it with `latestFirst`. `afterSeq` continues a list that `limit` cut. */
  list(filter?: PatchFilter): Promise<QueuedPatch[]>
  /** Takes a full id, an unambiguous beginning of one, or the number in the queue, which goes first. @throws PIPELINE_NOT_FOUND, PIPELINE_AMBIGUOUS_ID */
  get(idOrPrefix: string): Promise<QueuedPatch>
  /** A unified git diff of the patch against its base. */
  diff(idOrPrefix: string): Promise<string>
  withdraw(idOrPrefix: string, reason: string): Promise<QueuedPatch>
  pause(): Promise<void>
  resume(): Promise<void>
}

export interface PendingApproval {
  patch: QueuedPatch
  risk: { level: string; score: number; reasons: string[] }
  /** The digest of exactly what would land; the answer is bound to it. */
  contentHash: string
  /** What would land, against the head it was judged on. */
  diff: string
  requestedAt: number
  expiresAt: number
}

export interface ApprovalDesk {
  list(): Promise<PendingApproval[]>
  get(idOrPrefix: string): Promise<PendingApproval>
  approve(idOrPrefix: string, answer: { by: string; note?: string; contentHash?: string }): Promise<QueuedPatch>
  reject(idOrPrefix: string, answer: { by: string; note?: string }): Promise<QueuedPatch>
}

export interface GateReport {
  /** Null when another gateway holds the target. */
  lease: { owner: string; epoch: number } | null
  settled: QueuedPatch[]
  parked: QueuedPatch[]
  head: ObjectId
  recovered: string[]
}

export interface Gate {
  /** Lands what is ready, then returns. */
  once(options?: { signal?: AbortSignal }): Promise<GateReport>
  /** Keeps landing until the signal. `onTrouble` hears of what keeps it from landing just now and is tried again. */
  watch(options: WatchOptions): Promise<void>
}

export interface WatchOptions {
  signal: AbortSignal
  onReport?: (report: GateReport) => void
  /** Ends the watch if it throws. `lastedMs` counts from when things last went well. */
  onTrouble?: (trouble: { error: PatchlaneError; lastedMs: number }) => void
}

export interface UndoPreview {
  patches: QueuedPatch[]
  changes: FileChange[]
  diff: string
  /** Proposes the undo; it goes through the same road as any patch. */
  propose(): Promise<QueuedPatch[]>
}

export interface RunRequest {
  /** The text of a plan file, YAML or JSON. */
  plan: string
  concurrency?: number
  attempts?: number
  /** Wait until a person has answered instead of ending with the patch parked. */
  waitForApproval?: boolean
  signal?: AbortSignal
}

export interface RunEvent {
  type: string
  runId: string
  /** UTC, milliseconds. */
  at: number
  subtask?: string
  agent?: string
  patchId?: string
  status?: string
  message?: string
  data?: unknown
}

export interface RunPatch {
  patchId: string | null
  subtask: string
  agent: string
  status: PatchStatus | 'failed'
  reason: string
  attempts: number
  landedCommit: string | null
}

export interface RunResult {
  runId: string
  target: string
  base: string
  head: string
  patches: readonly RunPatch[]
  durationMs: number
  cost: { inputTokens: number; outputTokens: number; usd: number }
}

export interface RunHandle {
  runId: string
  /** Ends when the run ends. */
  events: AsyncIterable<RunEvent>
  result: Promise<RunResult>
}

export interface RunSummary {
  runId: string
  status: 'running' | 'interrupted' | 'finished' | 'failed'
  title: string
  startedAt: number
  endedAt: number | null
  subtasks: number
}

export interface RunDesk {
  start(request: RunRequest): Promise<RunHandle>
  /** Goes on with a run that was killed or interrupted. */
  resume(runId: string, options?: { signal?: AbortSignal; waitForApproval?: boolean }): Promise<RunHandle>
  list(): Promise<RunSummary[]>
}

export interface WorkspaceInfo {
  id: WorkspaceId
  directory: string
  commit: string
  holder: string | null
  /** Bytes on disk, or null where not measured. */
  size: number | null
  createdAt: number
  expiresAt: number | null
  state: 'idle' | 'leased' | 'expired' | 'rescued'
}

export interface WorkspaceDesk {
  list(): Promise<WorkspaceInfo[]>
  /** Removes what nobody holds; unsaved work is kept under a rescue ref first. */
  gc(options?: { all?: boolean }): Promise<{ removed: WorkspaceInfo[]; rescued: { id: WorkspaceId; ref: string }[] }>
  rescue(id: string): Promise<{ ref: string }>
  /**
   * Moves a workspace that an agent holds, with the work in it, onto the newest head of the target or another revision. With conflicts
   * (their paths), nothing was changed.
   */
  rebase(id: string, options?: { onto?: string }): Promise<{ commit: ObjectId; conflicts: string[] }>
}

export interface Diagnosis {
  name: string
  state: 'ok' | 'warning' | 'error'
  detail: string
  remedy?: string
}

export interface PipelineStatus {
  repoId: string
  target: string
  head: string
  stamp: Stamp | null
  lease: { owner: string; epoch: number; expiresAt: number } | null
  paused: boolean
  queue: Record<PatchStatus, number>
  waiting: QueuedPatch[]
  pendingApprovals: number
  workspaces: { total: number; leased: number }
  runs: RunSummary[]
}

/** What `agent -- command` does: lease, run, capture, propose. */
export interface AgentRequest {
  command: string[]
  title?: string
  base?: string
  signal?: AbortSignal
  onOutput?: (line: string) => void
}
