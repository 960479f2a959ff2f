import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { StoredEvent } from '@patchlane/kernel'

export interface EventStreamOptions {
  events: AsyncIterable<StoredEvent>
  /** Milliseconds between comments that keep proxies from closing a quiet connection. */
  heartbeatMs: number
  /** Ends the stream. */
  signal: AbortSignal
  headers?: Record<string, string | number | string[]>
}

/**
 * Writes events as server-sent events until they or the connection end. The id of each is its sequence number, so that a
 * client that comes back with `Last-Event-ID` goes on without a gap. Waits when the client is slower than the events.
 */
export async function writeEventStream(response: ServerResponse, options: EventStreamOptions): Promise<void> {
  response.writeHead(200, {
    ...options.headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  response.write('retry: 2000\n\n')
  const heartbeat = setInterval(() => response.write(': heartbeat\n\n'), options.heartbeatMs)
  try {
    for await (const event of options.events) {
      if (options.signal.aborted) break
      if (!response.write(formatEvent(event))) await once(response, 'drain', { signal: options.signal })
    }
  } catch (error) {
    if (!options.signal.aborted) throw error
  } finally {
    clearInterval(heartbeat)
    response.end()
  }
}

/** One event in the form of the HTML standard, section 9.2. JSON has no line breaks, so one data line is enough. */
export function formatEvent(event: StoredEvent): string {
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
