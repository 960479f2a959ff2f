import { errorMessage } from '@patchlane/kernel'
import { QuotaStoreError } from './errors.ts'
import { type Amounts, amountsOf, type Quota, type Usage } from './quota.ts'
import type { ProviderSignal, QuotaStore } from './quota-store.ts'

interface ReservationOptions {
  store: QuotaStore
  quota: Quota
  id: string
  ttlMs: number
  onStoreError: (error: QuotaStoreError) => void
  onEnd: () => void
}

/** A place within a quota, held while a call is under way. Renews itself until it is settled. */
export class Reservation {
  readonly id: string
  readonly #options: ReservationOptions
  readonly #heartbeat: NodeJS.Timeout
  #ended = false

  /** Made by {@link RateLimiter.acquire}. */
  constructor(options: ReservationOptions) {
    this.id = options.id
    this.#options = options
    this.#heartbeat = setInterval(() => void this.#tell((store) => store.renew(options)), options.ttlMs / 3)
    this.#heartbeat.unref()
  }

  /** Replaces the estimate by what was used. The first call counts. Never throws: the store's trouble must not cost an answer already paid for. */
  async settle(used: Usage | Amounts, succeeded = true): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    clearInterval(this.#heartbeat)
    const amounts = 'requests' in used ? used : amountsOf(used)
    const { quota, id } = this.#options
    await this.#tell((store) => store.settle({ quota, id, amounts, succeeded }))
    this.#options.onEnd()
  }

  /** Gives everything back: no call was made. */
  cancel(): Promise<void> {
    return this.settle({ requests: 0, inputTokens: 0, outputTokens: 0, tokens: 0, money: 0 }, false)
  }

  /** Passes on what the provider said about its limits. */
  heed(signal: ProviderSignal): Promise<void> {
    return this.#tell((store) => store.tighten(this.#options.quota, signal))
  }

  async #tell(action: (store: QuotaStore) => Promise<unknown>): Promise<void> {
    try {
      await action(this.#options.store)
    } catch (cause) {
      this.#options.onStoreError(
        cause instanceof QuotaStoreError ? cause : new QuotaStoreError(errorMessage(cause), { cause }),
      )
    }
  }
}
