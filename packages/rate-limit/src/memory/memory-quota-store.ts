import { type Clock, systemClock } from '@patchlane/kernel'
import type { Quota } from '../quota.ts'
import type {
  ProviderSignal,
  QuotaStore,
  QuotaUsage,
  ReserveAnswer,
  ReserveRequest,
  SettleRequest,
} from '../quota-store.ts'
import { QuotaState } from './quota-state.ts'

/** Quotas of one process. */
export class MemoryQuotaStore implements QuotaStore {
  readonly #clock: Clock
  readonly #states = new Map<string, QuotaState>()

  constructor(options: { clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock
  }

  async reserve(request: ReserveRequest): Promise<ReserveAnswer> {
    return this.#state(request.quota).reserve(request, this.#clock.now())
  }

  async settle(request: SettleRequest): Promise<boolean> {
    return this.#state(request.quota).settle(request, this.#clock.now())
  }

  async renew({ quota, id, ttlMs }: { quota: Quota; id: string; ttlMs: number }): Promise<boolean> {
    return this.#state(quota).renew(quota, id, ttlMs, this.#clock.now())
  }

  async tighten(quota: Quota, signal: ProviderSignal): Promise<void> {
    this.#state(quota).tighten(quota, signal, this.#clock.now())
  }

  async usage(quota: Quota): Promise<QuotaUsage> {
    return this.#state(quota).usage(quota, this.#clock.now())
  }

  async close(): Promise<void> {}

  #state(quota: Quota): QuotaState {
    const known = this.#states.get(quota.key)
    if (known !== undefined) return known
    const state = new QuotaState()
    this.#states.set(quota.key, state)
    return state
  }
}
