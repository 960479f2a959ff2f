import type { ApplyGateway } from '@patchlane/apply-gateway'
import type { RepoId, TargetName } from '@patchlane/kernel'
import { patchStream } from '@patchlane/patch-queue'
import type { Gate, GateReport, WatchOptions } from '../pipeline.ts'
import { isDeadOwner } from '../wiring/gateway-owner.ts'
import type { Stores } from '../wiring/stores.ts'

/** A run whose patches cannot land for this long ends with the reason, instead of waiting in silence. */
const TROUBLE_MS = 60_000

/** The gateway of one target, as people and runs use it. */
export class LandingGate implements Gate {
  readonly #line: { repoId: RepoId; target: TargetName }
  readonly #make: () => Promise<ApplyGateway>
  readonly #stores: Stores
  #gateway: Promise<ApplyGateway> | undefined

  /** The gateway of a target is made when something is to land: it brings all checks with it. */
  constructor(line: { repoId: RepoId; target: TargetName }, make: () => Promise<ApplyGateway>, stores: Stores) {
    this.#line = line
    this.#make = make
    this.#stores = stores
  }

  get #open(): Promise<ApplyGateway> {
    this.#gateway ??= this.#make()
    return this.#gateway
  }

  async once(options: { signal?: AbortSignal } = {}): Promise<GateReport> {
    await this.#freeFromTheDead()
    return (await this.#open).drain(options)
  }

  async watch({ signal, ...hear }: WatchOptions): Promise<void> {
    await this.#freeFromTheDead()
    const gateway = await this.#open
    // Listens from beginning to end: whoever connects anew to listen has to look whether something was missed, again and again.
    const unlisten = this.#stores.database.wakeUps.listen(patchStream(this.#line), () => {})
    try {
      await gateway.watch({
        signal,
        wake: (idle) => this.#news(idle),
        ...hear,
      })
    } finally {
      unlisten()
    }
  }

  /**
   * Keeps landing while `work` goes on, and lands what it left ready. If the gate fails, `stop` is called to end the work, and the
   * gate's error is the answer.
   */
  async during<T>(work: Promise<T>, stop: () => void): Promise<T> {
    const done = new AbortController()
    let failure: { thrown: unknown } | undefined
    const onTrouble: WatchOptions['onTrouble'] = ({ error, lastedMs }) => {
      if (lastedMs > TROUBLE_MS) throw error
    }
    const watching = this.watch({ signal: done.signal, onTrouble }).catch((thrown: unknown) => {
      failure = { thrown }
      stop()
    })
    const [outcome] = await Promise.allSettled([work])
    done.abort()
    await watching
    if (failure !== undefined) throw failure.thrown
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  }

  async close(): Promise<void> {
    await (await this.#gateway)?.close()
  }

  /**
   * Gives back the lease of a gateway that was killed on this machine, so that nobody waits until it runs out. Were it alive after all, the
   * fence would still keep it from landing.
   */
  async #freeFromTheDead(): Promise<void> {
    const { lease } = await this.#stores.queue.state(this.#line)
    if (lease !== null && (await isDeadOwner(lease.owner))) await this.#stores.queue.release(lease)
  }

  /** Resolves when something happened in the queue, or on the signal. */
  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const unlisten = this.#stores.database.wakeUps.listen(patchStream(this.#line), () => end())
      const end = () => {
        unlisten()
        signal.removeEventListener('abort', end)
        resolve()
      }
      signal.addEventListener('abort', end, { once: true })
      if (signal.aborted) end()
    })
  }
}
