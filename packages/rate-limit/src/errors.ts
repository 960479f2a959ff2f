import { type ErrorKind, PatchlaneError, type PatchlaneErrorOptions } from '@patchlane/kernel'
import type { LimitedBy } from './quota-store.ts'

/** The call would have to wait longer than it may. Nothing was reserved. */
export class RateLimitWaitError extends PatchlaneError {
  readonly code = 'RATE_LIMIT_WAIT_TOO_LONG'
  override readonly kind: ErrorKind = 'environment'
  override readonly retryable = true
  readonly limitedBy: LimitedBy
  readonly retryAfterMs: number

  constructor(key: string, limitedBy: LimitedBy, retryAfterMs: number, options?: PatchlaneErrorOptions) {
    super(`Quota ${key} is used up (${limitedBy}); it has room again in ${retryAfterMs} ms.`, {
      remedy: 'Repeat the call later, allow a longer wait, or raise the limit.',
      ...options,
    })
    this.limitedBy = limitedBy
    this.retryAfterMs = retryAfterMs
  }
}

/** One call asks for more than the limit ever holds. */
export class RateLimitTooLargeError extends PatchlaneError {
  readonly code = 'RATE_LIMIT_TOO_LARGE'
  override readonly kind: ErrorKind = 'usage'
  readonly limitedBy: LimitedBy

  constructor(key: string, limitedBy: LimitedBy, options?: PatchlaneErrorOptions) {
    super(`One call asks for more ${limitedBy} than quota ${key} ever holds.`, {
      remedy: 'Make the call smaller, or raise the limit.',
      ...options,
    })
    this.limitedBy = limitedBy
  }
}

/** The store of quotas did not answer; without it no call is let through. */
export class QuotaStoreError extends PatchlaneError {
  readonly code = 'RATE_LIMIT_STORE_UNAVAILABLE'
  override readonly kind: ErrorKind = 'environment'
  override readonly retryable = true
}
