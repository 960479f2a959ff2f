import type { ColumnType } from 'kysely'

/** Bytes as both drivers read them; any view of bytes may be written. */
type Bytes = ColumnType<Uint8Array, Uint8Array, Uint8Array>
type NullableBytes = ColumnType<Uint8Array | null, Uint8Array | null | undefined, Uint8Array | null>
/** A column that an insert may leave out. */
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>
/** A column with a default in the table. */
type Defaulted<T> = ColumnType<T, T | undefined, T>

/** Times are UTC in milliseconds since the epoch; flags are 0 or 1; JSON is text. The same on both engines. */
export interface Schema {
  schema_migrations: SchemaMigrationsTable
  event_streams: EventStreamsTable
  events: EventsTable
  target_leases: TargetLeasesTable
  patch_targets: PatchTargetsTable
  patch_proposals: PatchProposalsTable
  patch_files: PatchFilesTable
  patch_dependencies: PatchDependenciesTable
  index_versions: IndexVersionsTable
  verdicts: VerdictsTable
  approvals: ApprovalsTable
  workspaces: WorkspacesTable
  runs: RunsTable
  checkpoints: CheckpointsTable
  checkpoint_writes: CheckpointWritesTable
}

export interface SchemaMigrationsTable {
  version: number
  name: string
  applied_at: number
}

export interface EventStreamsTable {
  stream: string
  /** The number of the latest event; its row lock is what makes numbers dense. */
  last_seq: number
}

export interface EventsTable {
  stream: string
  seq: number
  type: string
  subject: string
  /** JSON. */
  data: string
  at: number
}

export interface TargetLeasesTable {
  repo_id: string
  target: string
  /** Null while nobody holds it; the row stays, so that the epoch never comes back. */
  owner: string | null
  epoch: number
  acquired_at: number
  expires_at: number
}

export interface PatchTargetsTable {
  repo_id: string
  target: string
  last_seq: number
  /** `running`, `paused` (nothing is claimed) or `draining` (nothing is proposed). */
  mode: Defaulted<string>
  /** The latest time given to a patch of this target: ranks never go back, even if the clock does. */
  last_at: number
}

export interface PatchProposalsTable {
  patch_id: string
  repo_id: string
  target: string
  seq: number
  base_commit: string
  base_version_id: Optional<number>
  index_version_id: Optional<number>
  /** The digest in the stamp; the numbers above are its place in this store, if it is known here. */
  index_version: Optional<string>
  author: string
  run_id: Optional<string>
  subtask_id: Optional<string>
  title: string
  description: string
  kind: string
  priority: number
  status: string
  /** The latest verdict's code and message, for people who read the table. */
  reason: Optional<string>
  content_hash: string
  /** JSON: the patch without its changes. */
  document: string
  /** JSON. */
  verdict: Optional<string>
  parked_for: Optional<string>
  approved: Defaulted<number>
  /** 0: an approved re-entry, 1: undo, 2: the rest. */
  line: number
  /** Time of entry less what its priority is worth in time; smaller goes first. Ageing needs no updates this way. */
  rank: number
  supersedes: Optional<string>
  /** What was asked for while a gateway had it in hand: `withdrawn` or `superseded`. */
  cancel: Optional<string>
  cancel_reason: Optional<string>
  /** The epoch of the gateway that moved it last. */
  epoch: Optional<number>
  landed_commit: Optional<string>
  created_at: number
  updated_at: number
  settled_at: Optional<number>
  applied_at: Optional<number>
  erased_at: Optional<number>
}

export interface PatchFilesTable {
  patch_id: string
  ordinal: number
  path: string
  change: string
  from_path: Optional<string>
  base_mode: Optional<string>
  base_oid: Optional<string>
  base_content: NullableBytes
  mode: Optional<string>
  oid: Optional<string>
  new_content: NullableBytes
}

export interface PatchDependenciesTable {
  patch_id: string
  depends_on: string
}

export interface IndexVersionsTable {
  repo_id: string
  version_id: number
  git_commit: string
  indexer: string
  digest: Optional<string>
  /** `indexing`, `ready` or `failed`. */
  status: string
  indexed_at: Optional<number>
  file_count: Optional<number>
  duration_ms: Optional<number>
  error_message: Optional<string>
  /** Who is at it, until when, and which try it is: an indexer that died is found by the time, and refused by the number. */
  owner: Optional<string>
  attempt: Defaulted<number>
  claimed_until: Optional<number>
  created_at: number
}

export interface VerdictsTable {
  digest: string
  check_name: string
  outcome: string
  /** JSON: a kernel CheckReport. */
  report: string
  created_at: number
  used_at: number
}

export interface ApprovalsTable {
  approval_id: string
  repo_id: string
  target: string
  patch_id: string
  author: string
  /** The digest of exactly what the answer is about. */
  content_key: string
  /** `pending`, `approved`, `denied`, `expired`, `replaced` or `used`. */
  status: string
  risk: string
  /** JSON: the request as people saw it. */
  request: string
  policy_version: string
  requested_at: number
  expires_at: number
  answered_by: Optional<string>
  answered_at: Optional<number>
  channel: Optional<string>
  note: Optional<string>
  used_at: Optional<number>
}

export interface WorkspacesTable {
  workspace_id: string
  repo_id: string
  directory: string
  /** `preparing`, `idle`, `leased`, `rescuing`, `removing` or `broken`. */
  status: string
  git_commit: Optional<string>
  holder: Optional<string>
  holder_pid: Optional<number>
  /** The holder's start time and boot id, so that a reused pid is not taken for it. */
  holder_started: Optional<string>
  holder_boot: Optional<string>
  children: Defaulted<number>
  epoch: Defaulted<number>
  created_at: number
  leased_at: Optional<number>
  heartbeat_at: Optional<number>
  expires_at: Optional<number>
  rescue_ref: Optional<string>
  /** JSON: what the manager wants to remember beside. */
  document: Defaulted<string>
}

export interface RunsTable {
  run_id: string
  repo_id: string
  target: string
  task: string
  status: string
  base_commit: Optional<string>
  /** JSON: plan, options and result, in the orchestrator's words. */
  document: Defaulted<string>
  owner: Optional<string>
  epoch: Defaulted<number>
  heartbeat_at: Optional<number>
  expires_at: Optional<number>
  created_at: number
  updated_at: number
  finished_at: Optional<number>
}

export interface CheckpointsTable {
  thread_id: string
  checkpoint_ns: string
  checkpoint_id: string
  parent_checkpoint_id: Optional<string>
  /** The serializer's name for the form of the two values. */
  type: string
  checkpoint: Bytes
  metadata_type: string
  metadata: Bytes
}

export interface CheckpointWritesTable {
  thread_id: string
  checkpoint_ns: string
  checkpoint_id: string
  task_id: string
  idx: number
  channel: string
  type: Optional<string>
  value: NullableBytes
  /** Where in the graph the task is, as LangGraph writes it; its order is the order in which writes are applied. */
  task_path: Defaulted<string>
}
