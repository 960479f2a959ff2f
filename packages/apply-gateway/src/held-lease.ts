import { PatchlaneError, type TargetLease } from '@patchlane/kernel'
import { FencedOutError } from './errors.ts'
import type { GatewayQueue } from './gateway-queue.ts'

/** A lease that renews itself; when that fails, `signal` is aborted and everything under it must stop. */
export class HeldLease {
  readonly #queue: GatewayQueue
  readonly #ttlMs: number
  readonly #lost = new AbortController()
  #lease: TargetLease
  #timer: NodeJS.Timeout | undefined
  #renewing: Promise<void> = Promise.resolve()
  #renewedAt = performance.now()

  constructor(queue: GatewayQueue, lease: TargetLease, ttlMs: number) {
    this.#queue = queue
    this.#lease = lease
    this.#ttlMs = ttlMs
    this.#timer = setInterval(() => {
      this.#renewing = this.#renewing.then(() => this.#renew())
    }, ttlMs / 3)
    this.#timer.unref()
  }

  get lease(): TargetLease {
    return this.#lease
  }

  /** Aborted once the lease is lost. */
  get signal(): AbortSignal {
    return this.#lost.signal
  }

  lose(reason: unknown): void {
    this.#stop()
    this.#lost.abort(reason)
  }

  async release(): Promise<void> {
    this.#stop()
    await this.#renewing
    await this.#queue.release(this.#lease)
  }

  async #renew(): Promise<void> {
    if (this.#timer === undefined) return
    try {
      this.#lease = await this.#queue.renew(this.#lease, this.#ttlMs)
      this.#renewedAt = performance.now()
    } catch (thrown) {
      // A database that cannot be reached for a moment has taken nothing away yet.
      const lost = PatchlaneError.is(thrown) && thrown.code.endsWith('_LEASE_LOST')
      if (!lost && performance.now() - this.#renewedAt < this.#ttlMs) return
      this.lose(new FencedOutError(this.#lease.target, 'its lease could not be renewed', { cause: thrown }))
    }
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
