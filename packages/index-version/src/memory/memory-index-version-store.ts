import { type Clock, canonicalJson, type IndexDigest, type RepoId, systemClock } from '@patchlane/kernel'
import { IndexClaimLostError } from '../errors.ts'
import type { IndexVersion, IndexVersionKey, ReadyIndexVersion } from '../index-version.ts'
import type { BeginAnswer, IndexingClaim, IndexVersionStore } from '../index-version-store.ts'

interface Row {
  version: IndexVersion
  attempt: number
  claimedUntil: number
}

/** Index versions of one process, gone with it. */
export class MemoryIndexVersionStore implements IndexVersionStore {
  readonly #rows = new Map<string, Row>()
  readonly #clock: Clock

  constructor(options: { clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock
  }

  async begin(key: IndexVersionKey, { owner, ttlMs }: { owner: string; ttlMs: number }): Promise<BeginAnswer> {
    const now = this.#clock.now()
    const row = this.#rows.get(rowKey(key))
    if (row !== undefined && isReady(row.version)) return { state: 'ready', version: { ...row.version } }
    if (row?.version.status === 'indexing' && row.claimedUntil > now) return { state: 'busy', until: row.claimedUntil }
    const version: IndexVersion = {
      repoId: key.repoId,
      commit: key.commit,
      indexer: key.indexer,
      versionId: row?.version.versionId ?? this.#nextId(key.repoId),
      status: 'indexing',
      digest: null,
      fileCount: null,
      durationMs: null,
      errorMessage: null,
      indexedAt: null,
    }
    const attempt = (row?.attempt ?? 0) + 1
    this.#rows.set(rowKey(key), { version, attempt, claimedUntil: now + ttlMs })
    return { state: 'claimed', claim: { key, versionId: version.versionId, attempt, owner } }
  }

  async renew(claim: IndexingClaim, ttlMs: number): Promise<void> {
    this.#held(claim).claimedUntil = this.#clock.now() + ttlMs
  }

  async ready(
    claim: IndexingClaim,
    result: { digest: IndexDigest; fileCount: number; durationMs: number },
  ): Promise<ReadyIndexVersion> {
    const row = this.#held(claim)
    const version: ReadyIndexVersion = { ...row.version, ...result, status: 'ready', indexedAt: this.#clock.now() }
    row.version = version
    return { ...version }
  }

  async fail(claim: IndexingClaim, failure: { message: string; durationMs: number }): Promise<void> {
    const row = this.#held(claim)
    row.version = {
      ...row.version,
      status: 'failed',
      errorMessage: failure.message,
      durationMs: failure.durationMs,
      indexedAt: this.#clock.now(),
    }
  }

  async find(key: IndexVersionKey): Promise<IndexVersion | undefined> {
    const row = this.#rows.get(rowKey(key))
    return row === undefined ? undefined : { ...row.version }
  }

  async list(repoId: RepoId, options: { limit?: number } = {}): Promise<IndexVersion[]> {
    return [...this.#rows.values()]
      .map((row) => ({ ...row.version }))
      .filter((version) => version.repoId === repoId)
      .sort((a, b) => b.versionId - a.versionId)
      .slice(0, options.limit ?? 100)
  }

  async close(): Promise<void> {}

  #held(claim: IndexingClaim): Row {
    const row = this.#rows.get(rowKey(claim.key))
    if (row === undefined || row.attempt !== claim.attempt || row.version.status !== 'indexing') {
      throw new IndexClaimLostError(claim.key.commit, claim.attempt)
    }
    return row
  }

  #nextId(repoId: string): number {
    const ids = [...this.#rows.values()]
      .filter((row) => row.version.repoId === repoId)
      .map((row) => row.version.versionId)
    return Math.max(0, ...ids) + 1
  }
}

function rowKey(key: IndexVersionKey): string {
  return canonicalJson([key.repoId, key.commit, key.indexer])
}

function isReady(version: IndexVersion): version is ReadyIndexVersion {
  return version.status === 'ready' && version.digest !== null
}
