export { IndexClaimLostError, IndexingFailedError, StaleStampError } from './errors.ts'
export { IndexMetrics } from './index-metrics.ts'
export type { IndexVersion, IndexVersionKey, IndexVersionStatus, ReadyIndexVersion } from './index-version.ts'
export {
  type Freshness,
  type FreshnessRequest,
  IndexVersionChecker,
  type IndexVersionCheckerOptions,
  type RepositoryHistory,
} from './index-version-checker.ts'
export type { BeginAnswer, IndexingClaim, IndexVersionStore } from './index-version-store.ts'
export { type EnsureRequest, type IndexEvents, IndexVersions, type IndexVersionsOptions } from './index-versions.ts'
export type { Indexer, IndexRequest, IndexResult } from './indexer.ts'
export { MemoryIndexVersionStore } from './memory/memory-index-version-store.ts'
export { type StaleAction, type StalenessPolicy, staleActionSchema, stalenessPolicySchema } from './staleness-policy.ts'
export { type StampedRequest, type VersionCheckOptions, versionCheck } from './version-check.ts'
