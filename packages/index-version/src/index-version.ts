import type { IndexDigest, ObjectId, RepoId } from '@patchlane/kernel'

/** What an index version is of. `indexer` names the program and everything in it that shapes its answer. */
export interface IndexVersionKey {
  repoId: RepoId
  commit: ObjectId
  indexer: string
}

export type IndexVersionStatus = 'indexing' | 'ready' | 'failed'

/** One row of the store. */
export interface IndexVersion extends IndexVersionKey {
  /** Its number in this store: 1, 2, 3 ... for each repository. The digest is what two stores agree on. */
  versionId: number
  status: IndexVersionStatus
  /** Null until it is ready. */
  digest: IndexDigest | null
  fileCount: number | null
  /** Milliseconds the indexer took. */
  durationMs: number | null
  errorMessage: string | null
  /** UTC, milliseconds; when it became ready or failed. */
  indexedAt: number | null
}

/** A version that can be used: the digest is known. */
export interface ReadyIndexVersion extends IndexVersion {
  status: 'ready'
  digest: IndexDigest
  fileCount: number
  durationMs: number
}
