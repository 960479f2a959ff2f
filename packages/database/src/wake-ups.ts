import type { CompiledQuery } from 'kysely'

/**
 * Tells waiting readers that there may be something new. Only a hint: a wake-up can be lost or come twice, so whoever waits
 * also looks from time to time. That keeps a lost message from being a lost fact.
 */
export interface WakeUps {
  /** Tells all who listen to `topic`, in this process and, where the engine can, in others. Never throws. */
  notify(topic: string): void
  /**
   * Has others told right behind a statement that is about to run, in the same trip to the server: after its commit, and outside of it.
   *
   * @returns what tells those who listen in this process, to be called when the statement has run.
   */
  notifyBehind?(statement: CompiledQuery, topic: string): () => void
  /** @returns the function that ends it. */
  listen(topic: string, wake: () => void): () => void
  close(): Promise<void>
}

/** Wake-ups among the handles of one process. */
export class LocalWakeUps implements WakeUps {
  readonly #listeners = new Map<string, Set<() => void>>()

  notify(topic: string): void {
    for (const wake of [...(this.#listeners.get(topic) ?? [])]) wake()
  }

  /** Wakes everybody: after a time in which messages may have been missed. */
  notifyAll(): void {
    for (const topic of [...this.#listeners.keys()]) this.notify(topic)
  }

  get isIdle(): boolean {
    return this.#listeners.size === 0
  }

  listen(topic: string, wake: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set()
    // Its own function each time, so that one callback may listen twice.
    const entry = () => wake()
    listeners.add(entry)
    this.#listeners.set(topic, listeners)
    return () => {
      listeners.delete(entry)
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic)
    }
  }

  async close(): Promise<void> {
    this.#listeners.clear()
  }
}
