import type { IndexDigest, ObjectId, RepoId } from '@patchlane/kernel'

export interface IndexRequest {
  repoId: RepoId
  commit: ObjectId
  signal?: AbortSignal
  onProgress?: (progress: { done: number; total: number }) => void
}

export interface IndexResult {
  /** A function of the commit's tree and the indexer's `id`, and of nothing else: equal on every machine, cold or incremental. */
  digest: IndexDigest
  fileCount: number
}

/** Makes a commit searchable. Running it twice on one commit is allowed and gives the same digest. */
export interface Indexer {
  /** Changes whenever the same tree would be indexed differently: program, grammars, options. */
  readonly id: string
  index(request: IndexRequest): Promise<IndexResult>
}
