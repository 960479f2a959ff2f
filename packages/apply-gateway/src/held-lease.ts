import type { TargetLease } from '@patchlane/kernel'
import { FencedOutError } from './errors.ts'
import type { GatewayQueue } from './gateway-queue.ts'

/**
 * How long a lease lasts without being renewed, in milliseconds: so long a target stands still after its writer died on another machine.
 * The queue renews it several times in that time, from a thread of its own.
 */
export const DEFAULT_LEASE_MS = 2000

/** A lease that is kept alive; when that fails, `signal` is aborted and everything under it must stop. */
export class HeldLease {
  readonly lease: TargetLease
  readonly #queue: GatewayQueue
  readonly #lost = new AbortController()
  readonly #stop: () => Promise<void>

  constructor(queue: GatewayQueue, lease: TargetLease, ttlMs: number) {
    this.#queue = queue
    this.lease = lease
    this.#stop = queue.keep(lease, ttlMs, (reason) =>
      this.lose(new FencedOutError(lease.target, 'its lease could not be renewed', { cause: reason })),
    )
  }

  /** Aborted once the lease is lost. */
  get signal(): AbortSignal {
    return this.#lost.signal
  }

  lose(reason: unknown): void {
    this.#lost.abort(reason)
  }

  async release(): Promise<void> {
    await this.#stop()
    await this.#queue.release(this.lease)
  }
}
