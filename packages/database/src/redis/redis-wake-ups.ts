import { LocalWakeUps, type WakeUps } from '../wake-ups.ts'

/** The part of an ioredis client we call. */
export interface RedisWakeUpClient {
  publish(channel: string, message: string): Promise<unknown>
  subscribe(channel: string): Promise<unknown>
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
  on(event: 'ready' | 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  disconnect(): void
}

export interface RedisWakeUpsOptions {
  /** A client of our own, which connects, and connects again, by itself. Called twice: who subscribes can do nothing else. */
  createClient(): RedisWakeUpClient
  /** All who share a store use one. @default 'patchlane:wake' */
  channel?: string
  /** Called once when Redis is away, and not again before it was back; whoever waits polls meanwhile. */
  onAway?: () => void
}

/** Wake-ups by Redis's publish and subscribe: for many machines, past the poolers of the database and without its locks. */
export class RedisWakeUps implements WakeUps {
  readonly #options: RedisWakeUpsOptions
  readonly #channel: string
  readonly #local = new LocalWakeUps()
  #publisher: RedisWakeUpClient | undefined
  #subscriber: RedisWakeUpClient | undefined
  #away = false
  #closed = false

  constructor(options: RedisWakeUpsOptions) {
    this.#options = options
    this.#channel = options.channel ?? 'patchlane:wake'
  }

  notify(topic: string): void {
    this.#local.notify(topic)
    if (this.#closed) return
    this.#publisher ??= this.#connect()
    this.#publisher.publish(this.#channel, topic).catch(() => this.#isAway())
  }

  listen(topic: string, wake: () => void): () => void {
    const stop = this.#local.listen(topic, wake)
    if (!this.#closed) this.#subscriber ??= this.#subscribe()
    return stop
  }

  #subscribe(): RedisWakeUpClient {
    const client = this.#connect()
    client.on('message', (_channel, topic) => this.#local.notify(topic))
    client.on('ready', () => {
      // What was sent before we listened, or while Redis was away, is lost; whoever waits looks for himself.
      client.subscribe(this.#channel).then(
        () => this.#local.notifyAll(),
        () => this.#isAway(),
      )
    })
    return client
  }

  #connect(): RedisWakeUpClient {
    const client = this.#options.createClient()
    client.on('error', () => this.#isAway())
    client.on('close', () => this.#isAway())
    client.on('ready', () => {
      this.#away = false
    })
    return client
  }

  #isAway(): void {
    if (this.#away || this.#closed) return
    this.#away = true
    this.#options.onAway?.()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#publisher?.disconnect()
    this.#subscriber?.disconnect()
    await this.#local.close()
  }
}
