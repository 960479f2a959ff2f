/** Someone who waits for a reservation. */
export interface Waiter {
  /** Smaller goes first. */
  readonly rank: number
}

/** Waiters in order of rank; among equals, first come first served. */
export class WaitingLine<T extends Waiter> {
  readonly #waiters: T[] = []

  get head(): T | undefined {
    return this.#waiters[0]
  }

  get length(): number {
    return this.#waiters.length
  }

  join(waiter: T): void {
    let low = 0
    let high = this.#waiters.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#waiters[middle]
      if (other !== undefined && other.rank <= waiter.rank) low = middle + 1
      else high = middle
    }
    this.#waiters.splice(low, 0, waiter)
  }

  leave(waiter: T): void {
    const index = this.#waiters.indexOf(waiter)
    if (index >= 0) this.#waiters.splice(index, 1)
  }
}
