import { join } from 'node:path'
import { ApprovalGate, ApprovalPolicy, type ApprovalStore, RiskAssessor } from '@patchlane/approval'
import { SqlApprovalStore } from '@patchlane/approval/sql'
import { type Database, EventLog, openDatabase, VerdictCache } from '@patchlane/database'
import type { IndexVersionStore } from '@patchlane/index-version'
import { SqlIndexVersionStore } from '@patchlane/index-version/sql'
import type { EventDraft } from '@patchlane/kernel'
import { SqlRunStore } from '@patchlane/orchestrator/sql/run-store'
import type { PatchQueue } from '@patchlane/patch-queue'
import { SqlPatchQueue } from '@patchlane/patch-queue/sql'
import type { WorkspaceStore } from '@patchlane/workspace'
import { SqlWorkspaceStore } from '@patchlane/workspace/sql'
import type { PatchlaneConfig } from '../config-schema.ts'
import type { RepositoryContext } from './repository-context.ts'

/** Everything that is kept, on one database. */
export interface Stores {
  database: Database
  events: EventLog
  /** Appends one event in a transaction of its own. */
  publish(event: EventDraft): Promise<void>
  queue: PatchQueue
  indexVersions: IndexVersionStore
  approvals: ApprovalStore
  approvalGate: ApprovalGate
  workspaces: WorkspaceStore
  runs: SqlRunStore
  verdicts: VerdictCache
  close(): Promise<void>
}

/** SQLite in the repository's git directory, or Postgres where a URL says so. */
export async function openStores(
  { repoId, stateDirectory }: Pick<RepositoryContext, 'repoId' | 'stateDirectory'>,
  config: PatchlaneConfig,
): Promise<Stores> {
  const url = config.databaseUrl ?? process.env.DATABASE_URL
  const database = await openDatabase(url ? { url } : { file: join(stateDirectory, 'patchlane.db') })
  await database.migrate()
  const events = new EventLog(database)
  const publish = async (event: EventDraft) => {
    await database.transaction((trx) => events.append(trx, [event]))
  }
  const approvals = new SqlApprovalStore(database)
  return {
    database,
    events,
    publish,
    queue: new SqlPatchQueue(database),
    indexVersions: new SqlIndexVersionStore(database),
    approvals,
    approvalGate: new ApprovalGate({
      assessor: new RiskAssessor(),
      policy: new ApprovalPolicy(config.approval.rules),
      store: approvals,
      events: { publish },
      ttlMs: config.approval.expiresAfterSeconds * 1000,
    }),
    workspaces: new SqlWorkspaceStore({ database }),
    runs: new SqlRunStore({ database, repoId }),
    verdicts: new VerdictCache(database),
    close: () => database.close(),
  }
}
