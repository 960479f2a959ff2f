import { type EventDraft, eventDraftSchema, type StoredEvent } from '@patchlane/kernel'
import type { ReadQueueEventsOptions } from '../patch-queue.ts'

/** Streams of events in memory. */
export class MemoryEvents {
  readonly #streams = new Map<string, StoredEvent[]>()
  readonly #waiting = new Map<string, Set<() => void>>()

  append(draft: EventDraft, at: number): void {
    const event = eventDraftSchema.parse(draft)
    const stream = this.#streams.get(event.stream) ?? []
    this.#streams.set(event.stream, stream)
    stream.push({ ...event, seq: stream.length + 1, at })
    for (const wake of this.#waiting.get(event.stream) ?? []) wake()
  }

  read({ stream, after, limit = 1000 }: ReadQueueEventsOptions): StoredEvent[] {
    if (stream !== undefined) return (this.#streams.get(stream) ?? []).slice(after, after + limit)
    return [...this.#streams.values()]
      .flat()
      .filter((event) => event.at > after)
      .sort((a, b) => a.at - b.at || (a.stream < b.stream ? -1 : a.stream > b.stream ? 1 : a.seq - b.seq))
      .slice(0, limit)
  }

  async *follow(stream: string, after: number, signal?: AbortSignal): AsyncGenerator<StoredEvent, void, undefined> {
    let seen = after
    const ended = () => signal?.aborted === true
    while (!ended()) {
      const events = this.read({ stream, after: seen })
      for (const event of events) {
        if (ended()) return
        seen = event.seq
        yield event
      }
      if (events.length === 0) await this.#news(stream, signal)
    }
  }

  async #news(stream: string, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(stream) ?? new Set()
    this.#waiting.set(stream, waiting.add(resolve))
    signal?.addEventListener('abort', () => resolve(), { once: true })
    await promise
    waiting.delete(resolve)
  }
}
