/**
 * How many agents may work at once. Served in the order asked. Waiting for a verdict or for a dependency takes no slot, so that a slow
 * gateway never starves agents, and a dependant never blocks what it depends on.
 */
export class AgentSlots {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(limit: number) {
    this.#free = limit
  }

  /** Whether a call of {@link use} would wait now. */
  get exhausted(): boolean {
    return this.#free === 0
  }

  /** Runs `work` in a slot. Rejects with the signal's reason where that comes before the slot. */
  async use<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#take(signal)
    try {
      return await work()
    } finally {
      this.#give()
    }
  }

  async #take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    await new Promise<void>((resolve, reject) => {
      const granted = () => {
        signal.removeEventListener('abort', aborted)
        resolve()
      }
      const aborted = () => {
        this.#waiting.delete(granted)
        reject(signal.reason)
      }
      this.#waiting.add(granted)
      signal.addEventListener('abort', aborted, { once: true })
    })
  }

  /** A slot goes straight to the first who waits: it is never free in between. */
  #give(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#free += 1
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
