import type { UnitOutcome } from './unit-outcome.ts'

/**
 * Where units tell each other how they ended, so that a dependant starts the moment its dependency has landed and not when the
 * slowest of all has. Filled from the checkpoint when a run is resumed.
 */
export class OutcomeBoard {
  readonly #slots = new Map<string, PromiseWithResolvers<UnitOutcome>>()

  post(outcome: UnitOutcome): void {
    this.#slot(outcome.unitId).resolve(outcome)
  }

  /** Rejects with the signal's reason. */
  async read(unitId: string, signal: AbortSignal): Promise<UnitOutcome> {
    signal.throwIfAborted()
    const aborted = Promise.withResolvers<never>()
    const onAbort = () => aborted.reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([this.#slot(unitId).promise, aborted.promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #slot(unitId: string): PromiseWithResolvers<UnitOutcome> {
    const slot = this.#slots.get(unitId) ?? Promise.withResolvers<UnitOutcome>()
    this.#slots.set(unitId, slot)
    return slot
  }
}
