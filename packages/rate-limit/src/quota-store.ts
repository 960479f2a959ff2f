import type { Amounts, Quota, RateResource } from './quota.ts'

/** Why a reservation has to wait. `frozen`: the provider said so; `probe`: one call has to succeed first after that. */
export type LimitedBy = RateResource | 'money' | 'concurrency' | 'frozen' | 'probe'

export type ReserveAnswer =
  | { granted: true }
  /** Nothing was taken. Not before `retryAfterMs` can the same request succeed; for `concurrency` and `probe` it is an upper bound. */
  | { granted: false; limitedBy: LimitedBy; retryAfterMs: number }
  /** More than the limit ever holds: waiting does not help. */
  | { granted: false; limitedBy: LimitedBy; retryAfterMs: null }

export interface ReserveRequest {
  quota: Quota
  /** Chosen by the caller, unique. */
  id: string
  amounts: Amounts
  /** After so long without {@link QuotaStore.renew} the holder counts as dead. */
  ttlMs: number
}

export interface SettleRequest {
  quota: Quota
  id: string
  /** What was really used. */
  amounts: Amounts
  /** Whether the provider answered; ends the probe after a freeze. */
  succeeded: boolean
}

/** What a provider said about its own limits. */
export interface ProviderSignal {
  /** Let nothing through for so long. */
  freezeMs?: number
  resources?: Partial<Record<RateResource, { limit?: number; remaining?: number }>>
}

export interface QuotaUsage {
  /** What could be taken at once now, for each limited rate; negative while in debt. */
  available: Partial<Record<RateResource, number>>
  /** Reservations under way. */
  open: number
  /** Spent and reserved in the present window, in millionths. */
  money: number
  frozenMs: number
}

/**
 * Counts what calls take from shared quotas.
 *
 * Every adapter guarantees:
 * - a reservation takes all its amounts or none, and is one step for all other callers;
 * - settling replaces the estimate as if the real amounts had been known when the reservation was made:
 *   a refund never gives back what time had already given back;
 * - a holder that neither settles nor renews loses its place (concurrency) after `ttlMs`; its estimate stays charged,
 *   so that a crash can never overspend;
 * - a provider's signal makes limits tighter than declared, never wider.
 */
export interface QuotaStore {
  /** Idempotent on `id` while the reservation is open. */
  reserve(request: ReserveRequest): Promise<ReserveAnswer>

  /** False, with no effect, when the reservation is unknown, settled or expired. */
  settle(request: SettleRequest): Promise<boolean>

  /** Counts from now again. False when there is nothing to renew. */
  renew(request: { quota: Quota; id: string; ttlMs: number }): Promise<boolean>

  tighten(quota: Quota, signal: ProviderSignal): Promise<void>

  usage(quota: Quota): Promise<QuotaUsage>

  /** Releases only what this instance opened. Safe to call twice. */
  close(): Promise<void>
}
