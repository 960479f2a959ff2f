import type { Schema } from '@patchlane/database'
import { indexDigestSchema, objectIdSchema, repoIdSchema } from '@patchlane/kernel'
import type { Selectable } from 'kysely'
import type { IndexVersion, IndexVersionStatus, ReadyIndexVersion } from '../index-version.ts'

export type IndexVersionRow = Selectable<Schema['index_versions']>

export function toVersion(row: IndexVersionRow): IndexVersion {
  return {
    repoId: repoIdSchema.parse(row.repo_id),
    commit: objectIdSchema.parse(row.git_commit),
    indexer: row.indexer,
    versionId: row.version_id,
    status: statusOf(row.status),
    digest: row.digest === null ? null : indexDigestSchema.parse(row.digest),
    fileCount: row.file_count,
    durationMs: row.duration_ms,
    errorMessage: row.error_message,
    indexedAt: row.indexed_at,
  }
}

/** The version, if it can be used. */
export function toReadyVersion(row: IndexVersionRow): ReadyIndexVersion | undefined {
  const version = toVersion(row)
  const { digest, fileCount, durationMs } = version
  if (version.status !== 'ready' || digest === null || fileCount === null || durationMs === null) return undefined
  return { ...version, status: 'ready', digest, fileCount, durationMs }
}

/** A word of a newer program counts as unfinished work: it is done again. */
function statusOf(text: string): IndexVersionStatus {
  return text === 'ready' || text === 'failed' ? text : 'indexing'
}
