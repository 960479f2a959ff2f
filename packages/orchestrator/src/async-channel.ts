/**
 * Values on their way from one writer that never waits to one reader. A reader that falls behind, or never comes, loses the values that
 * are droppable, beyond a limit, and nothing else.
 */
export class AsyncChannel<T> implements AsyncIterable<T> {
  readonly #droppable: (value: T) => boolean
  readonly #limit: number
  #waiting: T[] = []
  #dropCandidates = 0
  #closed = false
  #error: { readonly thrown: unknown } | undefined
  #wake: (() => void) | undefined

  constructor(options: { droppable?: (value: T) => boolean; limit?: number } = {}) {
    this.#droppable = options.droppable ?? (() => false)
    this.#limit = options.limit ?? 10_000
  }

  /** Without effect once closed. */
  push(value: T): void {
    if (this.#closed) return
    if (this.#droppable(value)) {
      if (this.#dropCandidates >= this.#limit) return
      this.#dropCandidates += 1
    }
    this.#waiting.push(value)
    this.#wake?.()
  }

  /** Ends the iteration after what is waiting; with an error, by throwing it. */
  close(error?: { readonly thrown: unknown }): void {
    if (this.#closed) return
    this.#closed = true
    this.#error = error
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const batch = this.#waiting
      this.#waiting = []
      this.#dropCandidates = 0
      yield* batch
      if (this.#waiting.length > 0) continue
      if (this.#closed) break
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
    if (this.#error !== undefined) throw this.#error.thrown
  }
}
