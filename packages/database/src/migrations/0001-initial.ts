import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../database.ts'
import type { Schema } from '../schema.ts'
import { blobType, type Columns, createTable } from './create-table.ts'
import type { Migration } from './migration.ts'

/** Everything that the first release keeps. */
export const initial: Migration = {
  version: 1,
  name: 'initial',
  async up(db, dialect) {
    await createEvents(db)
    await createIndexVersions(db)
    await createPatchQueue(db, dialect)
    await createJudgements(db)
    await createRuns(db, dialect)
  },
}

async function createEvents(db: Kysely<Schema>): Promise<void> {
  await createTable(db, 'event_streams', { stream: 'text', last_seq: 'bigint' }, ['stream'])
  await createTable(
    db,
    'events',
    { stream: 'text', seq: 'bigint', type: 'text', subject: 'text', data: 'text', at: 'bigint' },
    ['stream', 'seq'],
  )
  await db.schema.createIndex('events_at').on('events').columns(['at']).execute()
}

async function createIndexVersions(db: Kysely<Schema>): Promise<void> {
  const columns: Columns = {
    repo_id: 'text',
    version_id: 'integer',
    git_commit: 'text',
    indexer: 'text',
    digest: 'text?',
    status: 'text',
    indexed_at: 'bigint?',
    file_count: 'integer?',
    duration_ms: 'bigint?',
    error_message: 'text?',
    owner: 'text?',
    attempt: 'integer=1',
    claimed_until: 'bigint?',
    created_at: 'bigint',
  }
  await createTable(db, 'index_versions', columns, ['repo_id', 'version_id'])
  await db.schema
    .createIndex('index_versions_commit')
    .unique()
    .on('index_versions')
    .columns(['repo_id', 'git_commit', 'indexer'])
    .execute()
  await db.schema.createIndex('index_versions_digest').on('index_versions').columns(['repo_id', 'digest']).execute()
}

async function createPatchQueue(db: Kysely<Schema>, dialect: Dialect): Promise<void> {
  const lease: Columns = {
    repo_id: 'text',
    target: 'text',
    owner: 'text?',
    epoch: 'integer',
    acquired_at: 'bigint',
    expires_at: 'bigint',
  }
  await createTable(db, 'target_leases', lease, ['repo_id', 'target'])
  const target: Columns = {
    repo_id: 'text',
    target: 'text',
    last_seq: 'integer',
    mode: "text='running'",
    last_at: 'bigint',
  }
  await createTable(db, 'patch_targets', target, ['repo_id', 'target'])
  const proposal: Columns = {
    patch_id: 'text',
    repo_id: 'text',
    target: 'text',
    seq: 'integer',
    base_commit: 'text',
    base_version_id: 'integer?',
    index_version_id: 'integer?',
    index_version: 'text?',
    author: 'text',
    run_id: 'text?',
    subtask_id: 'text?',
    title: 'text',
    description: 'text',
    kind: 'text',
    priority: 'integer',
    status: 'text',
    reason: 'text?',
    content_hash: 'text',
    document: 'text',
    verdict: 'text?',
    parked_for: 'text?',
    approved: 'integer=0',
    line: 'integer',
    rank: 'bigint',
    supersedes: 'text?',
    cancel: 'text?',
    cancel_reason: 'text?',
    epoch: 'integer?',
    landed_commit: 'text?',
    created_at: 'bigint',
    updated_at: 'bigint',
    settled_at: 'bigint?',
    applied_at: 'bigint?',
    erased_at: 'bigint?',
  }
  // The version columns are nullable, so that the queue works without the index.
  await createTable(db, 'patch_proposals', proposal, ['patch_id'], (table) =>
    table
      .addForeignKeyConstraint('patch_proposals_base_version', ['repo_id', 'base_version_id'], 'index_versions', [
        'repo_id',
        'version_id',
      ])
      .addForeignKeyConstraint('patch_proposals_index_version', ['repo_id', 'index_version_id'], 'index_versions', [
        'repo_id',
        'version_id',
      ]),
  )
  const proposals = (name: string) => db.schema.createIndex(name).on('patch_proposals')
  await proposals('patch_proposals_seq').unique().columns(['repo_id', 'target', 'seq']).execute()
  await proposals('patch_proposals_line').columns(['repo_id', 'target', 'status', 'line', 'rank', 'seq']).execute()
  // For lists by target, status and time.
  await proposals('patch_proposals_target').columns(['target', 'seq']).execute()
  await proposals('patch_proposals_status').columns(['status', 'target', 'repo_id', 'seq']).execute()
  await proposals('patch_proposals_created').columns(['created_at', 'seq']).execute()
  await proposals('patch_proposals_run').columns(['run_id']).execute()
  await proposals('patch_proposals_settled').columns(['settled_at']).execute()

  const blob = blobType(dialect)
  const file: Columns = {
    patch_id: 'text',
    ordinal: 'integer',
    path: 'text',
    change: 'text',
    from_path: 'text?',
    base_mode: 'text?',
    base_oid: 'text?',
    base_content: `${blob}?`,
    mode: 'text?',
    oid: 'text?',
    new_content: `${blob}?`,
  }
  const ownedByPatch = ['patch_id'] as const
  await createTable(db, 'patch_files', file, ['patch_id', 'ordinal'], (table) =>
    table.addForeignKeyConstraint('patch_files_patch', [...ownedByPatch], 'patch_proposals', [...ownedByPatch], (key) =>
      key.onDelete('cascade'),
    ),
  )
  await db.schema.createIndex('patch_files_path').on('patch_files').columns(['path']).execute()
  await createTable(
    db,
    'patch_dependencies',
    { patch_id: 'text', depends_on: 'text' },
    ['patch_id', 'depends_on'],
    (table) =>
      table.addForeignKeyConstraint(
        'patch_dependencies_patch',
        [...ownedByPatch],
        'patch_proposals',
        [...ownedByPatch],
        (key) => key.onDelete('cascade'),
      ),
  )
  await db.schema.createIndex('patch_dependencies_on').on('patch_dependencies').columns(['depends_on']).execute()
}

async function createJudgements(db: Kysely<Schema>): Promise<void> {
  const verdict: Columns = {
    digest: 'text',
    check_name: 'text',
    outcome: 'text',
    report: 'text',
    created_at: 'bigint',
    used_at: 'bigint',
  }
  await createTable(db, 'verdicts', verdict, ['digest'])
  await db.schema.createIndex('verdicts_used').on('verdicts').columns(['used_at']).execute()
  const approval: Columns = {
    approval_id: 'text',
    repo_id: 'text',
    target: 'text',
    patch_id: 'text',
    author: 'text',
    content_key: 'text',
    status: 'text',
    risk: 'text',
    request: 'text',
    policy_version: 'text',
    requested_at: 'bigint',
    expires_at: 'bigint',
    answered_by: 'text?',
    answered_at: 'bigint?',
    channel: 'text?',
    note: 'text?',
    used_at: 'bigint?',
  }
  await createTable(db, 'approvals', approval, ['approval_id'])
  await db.schema.createIndex('approvals_patch').on('approvals').columns(['patch_id', 'content_key']).execute()
  // At most one open question for a patch, whoever races.
  await db.schema
    .createIndex('approvals_open')
    .unique()
    .on('approvals')
    .columns(['patch_id'])
    .where(sql<boolean>`status = 'pending'`)
    .execute()
  await db.schema.createIndex('approvals_status').on('approvals').columns(['status', 'requested_at']).execute()
}

async function createRuns(db: Kysely<Schema>, dialect: Dialect): Promise<void> {
  const workspace: Columns = {
    workspace_id: 'text',
    repo_id: 'text',
    directory: 'text',
    status: 'text',
    git_commit: 'text?',
    holder: 'text?',
    holder_pid: 'integer?',
    holder_started: 'text?',
    holder_boot: 'text?',
    children: 'integer=0',
    epoch: 'integer=0',
    created_at: 'bigint',
    leased_at: 'bigint?',
    heartbeat_at: 'bigint?',
    expires_at: 'bigint?',
    rescue_ref: 'text?',
    document: "text='{}'",
  }
  await createTable(db, 'workspaces', workspace, ['workspace_id'])
  await db.schema.createIndex('workspaces_status').on('workspaces').columns(['repo_id', 'status']).execute()
  const run: Columns = {
    run_id: 'text',
    repo_id: 'text',
    target: 'text',
    task: 'text',
    status: 'text',
    base_commit: 'text?',
    document: "text='{}'",
    owner: 'text?',
    epoch: 'integer=0',
    heartbeat_at: 'bigint?',
    expires_at: 'bigint?',
    created_at: 'bigint',
    updated_at: 'bigint',
    finished_at: 'bigint?',
  }
  await createTable(db, 'runs', run, ['run_id'])
  await db.schema.createIndex('runs_status').on('runs').columns(['repo_id', 'status']).execute()
  const blob = blobType(dialect)
  const checkpoint: Columns = {
    thread_id: 'text',
    checkpoint_ns: 'text',
    checkpoint_id: 'text',
    parent_checkpoint_id: 'text?',
    type: 'text',
    checkpoint: blob,
    metadata_type: 'text',
    metadata: blob,
  }
  await createTable(db, 'checkpoints', checkpoint, ['thread_id', 'checkpoint_ns', 'checkpoint_id'])
  const write: Columns = {
    thread_id: 'text',
    checkpoint_ns: 'text',
    checkpoint_id: 'text',
    task_id: 'text',
    idx: 'integer',
    channel: 'text',
    type: 'text?',
    value: `${blob}?`,
  }
  await createTable(db, 'checkpoint_writes', write, ['thread_id', 'checkpoint_ns', 'checkpoint_id', 'task_id', 'idx'])
}
