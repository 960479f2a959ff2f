import type { RunEvent } from './run-event.ts'

const MAX_WAITING_OUTPUT = 10_000

/**
 * Events on their way to one reader. The writer never waits; a reader that falls behind, or never comes, loses agents' output first
 * and nothing else.
 */
export class EventChannel implements AsyncIterable<RunEvent> {
  #waiting: RunEvent[] = []
  #outputWaiting = 0
  #closed = false
  #wake: (() => void) | undefined

  push(event: RunEvent): void {
    if (this.#closed) return
    if (event.type === 'agent.output') {
      if (this.#outputWaiting >= MAX_WAITING_OUTPUT) return
      this.#outputWaiting += 1
    }
    this.#waiting.push(event)
    this.#wake?.()
  }

  close(): void {
    this.#closed = true
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent, void, undefined> {
    for (;;) {
      const batch = this.#waiting
      this.#waiting = []
      this.#outputWaiting = 0
      yield* batch
      if (this.#waiting.length > 0) continue
      if (this.#closed) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
  }
}
