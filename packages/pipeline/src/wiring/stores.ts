import { join } from 'node:path'
import { ApprovalGate, ApprovalPolicy, type ApprovalStore, RiskAssessor } from '@patchlane/approval'
import { SqlApprovalStore } from '@patchlane/approval/sql'
import { type Database, EventLog, openDatabase, VerdictCache, type WakeUps } from '@patchlane/database'
import type { IndexVersionStore } from '@patchlane/index-version'
import { SqlIndexVersionStore } from '@patchlane/index-version/sql'
import { type EventDraft, PatchlaneError } from '@patchlane/kernel'
import { SqlRunStore } from '@patchlane/orchestrator/sql/run-store'
import type { PatchQueue } from '@patchlane/patch-queue'
import { SqlPatchQueue } from '@patchlane/patch-queue/sql'
import type { WorkspaceStore } from '@patchlane/workspace'
import { SqlWorkspaceStore } from '@patchlane/workspace/sql'
import type { PatchlaneConfig } from '../config-schema.ts'
import type { RepositoryContext } from './repository-context.ts'
import { RunLog } from './run-log.ts'

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
  runLog: RunLog
  verdicts: VerdictCache
  close(): Promise<void>
}

/** Why the database of a repository does not serve just now, while its code can still be read. */
const unusable = new Set(['DATABASE_UNAVAILABLE', 'DATABASE_FULL', 'DATABASE_CORRUPT'])

/**
 * The stores for those who only read code: where the database does not serve (a full disk, one that cannot be written, damage), ones that are forgotten at
 * the end. The code and its index are files of their own.
 */
export async function openStoresForReading(
  context: Pick<RepositoryContext, 'repoId' | 'stateDirectory'>,
  config: PatchlaneConfig,
): Promise<{ stores: Stores; trouble?: string }> {
  try {
    return { stores: await openStores(context, config) }
  } catch (error) {
    if (!PatchlaneError.is(error) || !unusable.has(error.code)) throw error
    return {
      stores: storesOn(await openDatabase({ file: ':memory:' }), context, config),
      trouble: error.message,
    }
  }
}

/** SQLite in the repository's git directory, or Postgres where a URL says so. */
export async function openStores(
  context: Pick<RepositoryContext, 'repoId' | 'stateDirectory'>,
  config: PatchlaneConfig,
): Promise<Stores> {
  const url = config.databaseUrl ?? process.env.DATABASE_URL
  const database = await openDatabase(
    url
      ? { url, ...directUrl(config), ...(await redisWakeUps()) }
      : { file: join(context.stateDirectory, 'patchlane.db') },
  )
  return storesOn(database, context, config)
}

function storesOn(database: Database, { repoId }: Pick<RepositoryContext, 'repoId'>, config: PatchlaneConfig): Stores {
  const events = new EventLog(database)
  const publish = async (event: EventDraft) => {
    await database.transaction((trx) => events.append(trx, [event]))
  }
  const runLog = new RunLog(database, events)
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
    runLog,
    verdicts: new VerdictCache(database),
    close: async () => {
      await runLog.flush()
      await database.close()
    },
  }
}

function directUrl(config: PatchlaneConfig): { directUrl?: string } {
  const url = config.databaseDirectUrl ?? process.env.DATABASE_DIRECT_URL
  return url ? { directUrl: url } : {}
}

/** With `REDIS_URL`, machines wake each other through Redis; without it through the database. */
async function redisWakeUps(): Promise<{ wakeUps?: WakeUps }> {
  const url = process.env.REDIS_URL
  if (!url) return {}
  const { openRedisWakeUps } = await import('@patchlane/database/redis')
  const onAway = () =>
    process.emitWarning('Redis cannot be reached. Patchlane goes on, and looks for news by itself.', 'RedisWarning')
  return { wakeUps: await openRedisWakeUps({ url, onAway }) }
}
