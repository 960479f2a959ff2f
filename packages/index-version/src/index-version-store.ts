import type { IndexDigest, RepoId } from '@patchlane/kernel'
import type { IndexVersion, IndexVersionKey, ReadyIndexVersion } from './index-version.ts'

/** The right to index one commit, for a time. */
export interface IndexingClaim {
  key: IndexVersionKey
  versionId: number
  /** Counts the tries; a claim with an older number than the row's has been taken over. */
  attempt: number
  owner: string
}

export type BeginAnswer =
  | { state: 'ready'; version: ReadyIndexVersion }
  | { state: 'claimed'; claim: IndexingClaim }
  /** Somebody else is at it; ask again after `until` at the latest (UTC, milliseconds, the store's clock). */
  | { state: 'busy'; until: number }

/**
 * Which commits have been indexed, with which digest.
 *
 * Every adapter guarantees:
 * - one row for a repository, commit and indexer, whatever races;
 * - one live claim on a row: a claim ends when its time is over, and the next `begin` takes it with a higher attempt;
 * - a ready version never changes.
 */
export interface IndexVersionStore {
  /** Finds the version, or takes the work of making it. A failed one, or one whose indexer died, is claimed anew. */
  begin(key: IndexVersionKey, claim: { owner: string; ttlMs: number }): Promise<BeginAnswer>
  /** @throws {IndexClaimLostError} */
  renew(claim: IndexingClaim, ttlMs: number): Promise<void>
  /** @throws {IndexClaimLostError} when the claim was taken over; nothing is written. */
  ready(
    claim: IndexingClaim,
    result: { digest: IndexDigest; fileCount: number; durationMs: number },
  ): Promise<ReadyIndexVersion>
  /** @throws {IndexClaimLostError} */
  fail(claim: IndexingClaim, failure: { message: string; durationMs: number }): Promise<void>
  find(key: IndexVersionKey): Promise<IndexVersion | undefined>
  /** The newest first. */
  list(repoId: RepoId, options?: { limit?: number }): Promise<IndexVersion[]>
  close(): Promise<void>
}
