export { QuotaStoreError, RateLimitTooLargeError, RateLimitWaitError } from './errors.ts'
export { MemoryQuotaStore } from './memory/memory-quota-store.ts'
export { OutputEstimator } from './output-estimator.ts'
export { type ModelLimits, type ProviderLimits, ProviderQuota } from './provider-quota.ts'
export { type HeadersLike, readProviderSignal } from './provider-signal.ts'
export {
  type Amounts,
  amountsOf,
  type Quota,
  type QuotaInput,
  quotaSchema,
  type RateLimit,
  type RateResource,
  rateResources,
  type Usage,
} from './quota.ts'
export type {
  LimitedBy,
  ProviderSignal,
  QuotaStore,
  QuotaUsage,
  ReserveAnswer,
  ReserveRequest,
  SettleRequest,
} from './quota-store.ts'
export { type AcquireOptions, type Meter, RateLimiter, type RateLimiterOptions } from './rate-limiter.ts'
export type { Reservation } from './reservation.ts'
