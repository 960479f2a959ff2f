import type { CompiledQuery } from 'kysely'
import { LocalWakeUps, type WakeUps } from '../wake-ups.ts'
import type { PgListenerLike } from './postgres-client.ts'

export interface PostgresWakeUpsOptions {
  channel: string
  /** A new, unconnected client on a direct connection: a pooler in transaction mode forgets who listens. */
  createListener: (() => PgListenerLike) | undefined
  /** Sends one NOTIFY; outside of any transaction of the caller. */
  send(channel: string, topic: string): Promise<void>
  /** The same, right behind a statement; where the pool can do that. */
  sendBehind?: (statement: CompiledQuery, channel: string, topic: string) => void
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5000

/**
 * Wake-ups by LISTEN and NOTIFY. NOTIFY takes a lock of the whole server at commit, so it is never sent inside a transaction of
 * the caller, and what piles up for a topic while one is under way is sent as one.
 */
export class PostgresWakeUps implements WakeUps {
  readonly notifyBehind?: NonNullable<WakeUps['notifyBehind']>
  readonly #options: PostgresWakeUpsOptions
  readonly #local = new LocalWakeUps()
  /** Topics with a message under way; true when another must follow. */
  readonly #sending = new Map<string, boolean>()
  readonly #inFlight = new Set<Promise<void>>()
  #listener: PgListenerLike | undefined
  #retry: NodeJS.Timeout | undefined
  #retryMs = FIRST_RETRY_MS
  #closed = false

  constructor(options: PostgresWakeUpsOptions) {
    this.#options = options
    const { sendBehind, channel } = options
    if (sendBehind === undefined) return
    this.notifyBehind = (statement, topic) => {
      sendBehind(statement, channel, topic)
      return () => this.#local.notify(topic)
    }
  }

  notify(topic: string): void {
    this.#local.notify(topic)
    if (this.#closed) return
    if (this.#sending.has(topic)) {
      this.#sending.set(topic, true)
      return
    }
    const sending = this.#send(topic).finally(() => this.#inFlight.delete(sending))
    this.#inFlight.add(sending)
  }

  async #send(topic: string): Promise<void> {
    do {
      this.#sending.set(topic, false)
      // A lost wake-up is found by polling; who is told so would not know what to do about it.
      await this.#options.send(this.#options.channel, topic).catch(() => {})
    } while (this.#sending.get(topic) === true && !this.#closed)
    this.#sending.delete(topic)
  }

  listen(topic: string, wake: () => void): () => void {
    const stop = this.#local.listen(topic, wake)
    this.#connect()
    return () => {
      stop()
      if (this.#local.isIdle) this.#disconnect()
    }
  }

  #connect(): void {
    const { createListener, channel } = this.#options
    if (this.#closed || this.#listener !== undefined || this.#retry !== undefined || createListener === undefined)
      return
    const listener = createListener()
    this.#listener = listener
    const lost = () => {
      if (this.#listener !== listener) return
      this.#listener = undefined
      this.#retryLater()
    }
    listener.on('error', lost)
    listener.on('end', lost)
    listener.on('notification', ({ payload }) => this.#local.notify(payload ?? ''))
    listener
      .connect()
      .then(() => listener.query(`listen "${channel}"`))
      .then(() => {
        this.#retryMs = FIRST_RETRY_MS
        // What was sent before we listened is lost; whoever waits looks for himself.
        this.#local.notifyAll()
      })
      .catch(() => {
        lost()
        listener.end().catch(() => {})
      })
  }

  #retryLater(): void {
    if (this.#closed || this.#local.isIdle) return
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#connect()
    }, this.#retryMs)
    this.#retry.unref()
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
  }

  #disconnect(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
    const listener = this.#listener
    this.#listener = undefined
    if (listener === undefined) return
    const ending = listener
      .end()
      .catch(() => {})
      .finally(() => this.#inFlight.delete(ending))
    this.#inFlight.add(ending)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#disconnect()
    await this.#local.close()
    await Promise.all(this.#inFlight)
  }
}
