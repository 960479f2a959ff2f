import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, systemClock } from '@patchlane/kernel'
import { type QuotaStoreError, RateLimitTooLargeError, RateLimitWaitError } from './errors.ts'
import { type HeadersLike, readProviderSignal, signalOfError } from './provider-signal.ts'
import { type Amounts, amountsOf, type Quota, type QuotaInput, quotaSchema, type Usage } from './quota.ts'
import type { QuotaStore } from './quota-store.ts'
import { Reservation } from './reservation.ts'
import { WaitingLine } from './waiting-line.ts'

export interface RateLimiterOptions {
  /** Borrowed, never closed here. */
  store: QuotaStore
  quota: QuotaInput
  /** Used for waiting times and for dates in headers; the quota itself follows the store's clock. */
  clock?: Clock
  /** Waits, in milliseconds; replaced in tests. */
  wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** The longest wait for a reservation, in milliseconds. @default 600_000 */
  maxWaitMs?: number
  /** Without a sign of life for so long a holder counts as dead. Renewed by itself while a call is under way. @default 60_000 */
  ttlMs?: number
  /** How often to look again where another process may free room before the computed time. @default 250 */
  pollMs?: number
  /** A waiter of priority 0 overtakes fresh ones of priority 1 after so long. @default 10_000 */
  ageingMs?: number
  /** How often a call that the provider refused with 429 is made again. @default 2 */
  retries?: number
  /** Told when the store fails after a call has already succeeded; the reservation then expires by itself. */
  onStoreError?: (error: QuotaStoreError) => void
}

export interface AcquireOptions {
  /** Higher goes first; strictly first come first served among equals. @default 0 */
  priority?: number
  signal?: AbortSignal
  maxWaitMs?: number
}

/** What a call may tell the limiter while it runs. */
export interface Meter {
  /** What was really used. The last report counts; without one the estimate stands. */
  report(usage: Usage): void
  /** The provider's answer headers, which can only tighten the limits. Errors that carry `status` and `headers` are read without this. */
  headers(headers: HeadersLike, status?: number): void
}

interface Waiting {
  rank: number
  deadline: number
  amounts: Amounts
  signal: AbortSignal | undefined
  resolve(reservation: Reservation): void
  reject(reason: unknown): void
}

/**
 * Lets calls through as fast as a quota allows. What a call will use is reserved before and settled after it.
 *
 * Within one limiter, waiters go in the order priority (with ageing), then arrival; nobody overtakes the head, so that a large
 * call is not starved by small ones. Between limiters and processes that share a store, the limits hold, not the order.
 */
export class RateLimiter {
  readonly #options: Required<Omit<RateLimiterOptions, 'quota' | 'onStoreError'>>
  readonly #onStoreError: (error: QuotaStoreError) => void
  readonly #quota: Quota
  readonly #line = new WaitingLine<Waiting>()
  #kick = new AbortController()
  #pumping = false

  constructor(options: RateLimiterOptions) {
    this.#quota = quotaSchema.parse(options.quota)
    this.#onStoreError = options.onStoreError ?? (() => {})
    this.#options = {
      store: options.store,
      clock: options.clock ?? systemClock,
      wait: options.wait ?? ((milliseconds, signal) => sleep(milliseconds, undefined, { signal })),
      maxWaitMs: options.maxWaitMs ?? 600_000,
      ttlMs: options.ttlMs ?? 60_000,
      pollMs: options.pollMs ?? 250,
      ageingMs: options.ageingMs ?? 10_000,
      retries: options.retries ?? 2,
    }
  }

  /** Calls that wait in this process. */
  get waiting(): number {
    return this.#line.length
  }

  /**
   * Makes a call within the quota and returns what it returns.
   *
   * A refusal by the provider (429, 529) freezes the quota for as long as the provider asks and is tried again up to `retries`
   * times. A call that fails without a report keeps its estimate charged, except after an HTTP status below 500: then it costs one request.
   *
   * @throws {RateLimitWaitError} {@link RateLimitTooLargeError} {@link QuotaStoreError}
   */
  async around<T>(estimate: Usage, call: (meter: Meter) => Promise<T>, options: AcquireOptions = {}): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const reservation = await this.acquire(estimate, options)
      let used = amountsOf(estimate)
      let reported = false
      const signals: Promise<void>[] = []
      const meter: Meter = {
        report: (usage) => {
          used = amountsOf(usage)
          reported = true
        },
        headers: (headers, status = 200) =>
          void signals.push(reservation.heed(readProviderSignal(headers, status, this.#options.clock.now()))),
      }
      try {
        const result = await call(meter)
        await Promise.all(signals)
        await reservation.settle(used, true)
        return result
      } catch (error) {
        const said = signalOfError(error, this.#options.clock.now())
        if (said !== undefined) signals.push(reservation.heed(said.signal))
        await Promise.all(signals)
        const free = !reported && said !== undefined && said.status < 500
        await reservation.settle(free ? amountsOf({}) : used, false)
        const refused = said?.status === 429 || said?.status === 529
        if (!refused || attempt >= this.#options.retries) throw error
      } finally {
        this.#wake()
      }
    }
  }

  /** Waits for its turn, then reserves. The caller settles; a reservation that is forgotten expires. */
  acquire(estimate: Usage, options: AcquireOptions = {}): Promise<Reservation> {
    const { priority = 0, signal, maxWaitMs = this.#options.maxWaitMs } = options
    const now = this.#options.clock.now()
    const amounts = amountsOf(estimate)
    return new Promise<Reservation>((resolve, reject) => {
      signal?.throwIfAborted()
      const leave = () => {
        this.#line.leave(waiting)
        reject(signal?.reason)
        this.#wake()
      }
      const done = () => signal?.removeEventListener('abort', leave)
      const waiting: Waiting = {
        // All age at the same pace, so the order between two waiters never changes and can be fixed on arrival.
        rank: now - priority * this.#options.ageingMs,
        deadline: now + maxWaitMs,
        amounts,
        signal,
        resolve: (reservation) => {
          done()
          resolve(reservation)
        },
        reject: (reason) => {
          done()
          reject(reason)
        },
      }
      signal?.addEventListener('abort', leave, { once: true })
      this.#line.join(waiting)
      if (this.#line.head === waiting) this.#wake()
      void this.#pump()
    })
  }

  #wake(): void {
    this.#kick.abort()
    this.#kick = new AbortController()
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return
    this.#pumping = true
    try {
      for (let head = this.#line.head; head !== undefined; head = this.#line.head) await this.#serve(head)
    } finally {
      this.#pumping = false
    }
  }

  /** Tries once for the head of the line, then leaves it settled or sleeps until it is worth trying again. */
  async #serve(head: Waiting): Promise<void> {
    const { store, ttlMs, clock, pollMs, wait } = this.#options
    const kicked = this.#kick.signal
    const id = randomUUID()
    try {
      const answer = await store.reserve({ quota: this.#quota, id, amounts: head.amounts, ttlMs })
      if (answer.granted) {
        this.#line.leave(head)
        const reservation = this.#reservation(id)
        if (head.signal?.aborted) return await reservation.cancel()
        return head.resolve(reservation)
      }
      if (answer.retryAfterMs === null) throw new RateLimitTooLargeError(this.#quota.key, answer.limitedBy)
      const left = head.deadline - clock.now()
      const shared = answer.limitedBy === 'concurrency' || answer.limitedBy === 'probe'
      if (left <= 0 || (!shared && answer.retryAfterMs > left))
        throw new RateLimitWaitError(this.#quota.key, answer.limitedBy, answer.retryAfterMs)
      await wait(Math.max(1, Math.min(answer.retryAfterMs, left, shared ? pollMs : answer.retryAfterMs)), kicked).catch(
        (error) => {
          if (!kicked.aborted) throw error
        },
      )
    } catch (error) {
      this.#line.leave(head)
      head.reject(error)
    }
  }

  #reservation(id: string): Reservation {
    const { store, ttlMs } = this.#options
    return new Reservation({
      store,
      quota: this.#quota,
      id,
      ttlMs,
      onStoreError: this.#onStoreError,
      onEnd: () => this.#wake(),
    })
  }
}
