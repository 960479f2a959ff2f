import { type Clock, errorMessage, systemClock } from '@patchlane/kernel'
import { z } from 'zod'
import type { CacheStore } from './cache-store.ts'
import { isCompleteAnswer } from './complete-answer.ts'
import { CacheStoreError } from './errors.ts'
import { type PromptHasher, type PromptRequest, toJson } from './prompt-hasher.ts'

export interface PromptCacheOptions<T> {
  /** Borrowed, never closed here. */
  store: CacheStore
  hasher: PromptHasher
  /** Checks a stored answer, as any input: one that it throws on counts as absent. */
  parse: (json: unknown) => T
  /** Only what this accepts is stored. @default {@link isCompleteAnswer}, which accepts nothing it does not know */
  isComplete?: (answer: T) => boolean
  /** @default 86_400_000 (a day) */
  ttlMs?: number
  clock?: Clock
  /** Told when the store fails; the call goes on without it. */
  onStoreError?: (error: CacheStoreError) => void
}

export interface PromptCacheCallOptions {
  /** `refresh` asks anew and stores the answer; `off` neither reads nor stores nor shares. @default 'use' */
  mode?: 'use' | 'refresh' | 'off'
  /** Ends this caller's wait. The call itself is aborted only when nobody waits for it any more. */
  signal?: AbortSignal
}

export interface CachedAnswer<T> {
  answer: T
  /** `shared`: another caller's identical call was under way, and this is its answer. */
  source: 'upstream' | 'shared' | 'cache'
  key: string
  /** Since the answer was made; 0 for a new one. */
  ageMs: number
}

interface Landed {
  text: string
  fresh: boolean
  storedAt: number
}

interface Flight {
  landed: Promise<Landed>
  passengers: number
  abort: AbortController
}

const entrySchema = z.object({ storedAt: z.number(), answer: z.unknown() })

/**
 * Keeps whole answers of a model and gives them to identical requests.
 *
 * - However many identical requests are made at once in this process, one call goes out.
 * - Only complete, successful answers are stored; an error reaches all who wait for it and is forgotten.
 * - Each caller gets a copy of its own.
 * - A store that fails costs the hit, never the call.
 */
export class PromptCache<T> {
  readonly #options: PromptCacheOptions<T>
  readonly #clock: Clock
  readonly #flights = new Map<string, Flight>()

  constructor(options: PromptCacheOptions<T>) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /** The answer to a request, from the cache or by `call`. The answer has to be JSON. */
  async around(
    request: PromptRequest,
    call: (signal: AbortSignal) => Promise<T>,
    { mode = 'use', signal }: PromptCacheCallOptions = {},
  ): Promise<CachedAnswer<T>> {
    signal?.throwIfAborted()
    const key = this.#options.hasher.key(request)
    if (mode === 'off') {
      const answer = await call(signal ?? new AbortController().signal)
      return { answer, source: 'upstream', key, ageMs: 0 }
    }
    const slot = `${mode} ${key}`
    const joined = this.#flights.get(slot)
    const flight = joined ?? this.#take(slot, key, call, mode)
    const { text, fresh, storedAt } = await this.#ride(slot, flight, signal)
    return {
      answer: this.#options.parse(JSON.parse(text)),
      source: !fresh ? 'cache' : joined === undefined ? 'upstream' : 'shared',
      key,
      ageMs: Math.max(0, this.#clock.now() - storedAt),
    }
  }

  /** Forgets the answer to a request. */
  async forget(request: PromptRequest): Promise<void> {
    await this.#options.store.delete(this.#options.hasher.key(request))
  }

  #take(slot: string, key: string, call: (signal: AbortSignal) => Promise<T>, mode: 'use' | 'refresh'): Flight {
    const abort = new AbortController()
    const landed = this.#fly(key, call, mode, abort.signal).finally(() => {
      if (this.#flights.get(slot) === flight) this.#flights.delete(slot)
    })
    landed.catch(() => {})
    const flight: Flight = { landed, passengers: 0, abort }
    this.#flights.set(slot, flight)
    return flight
  }

  async #ride(slot: string, flight: Flight, signal: AbortSignal | undefined): Promise<Landed> {
    flight.passengers++
    const { promise: left, reject } = Promise.withResolvers<never>()
    const leave = () => reject(signal?.reason)
    signal?.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([flight.landed, left])
    } finally {
      signal?.removeEventListener('abort', leave)
      if (--flight.passengers === 0) {
        // A later caller must not join a call that is being aborted.
        if (this.#flights.get(slot) === flight) this.#flights.delete(slot)
        flight.abort.abort(signal?.reason)
      }
    }
  }

  async #fly(
    key: string,
    call: (signal: AbortSignal) => Promise<T>,
    mode: 'use' | 'refresh',
    signal: AbortSignal,
  ): Promise<Landed> {
    const known = mode === 'use' ? await this.#read(key) : undefined
    if (known !== undefined) return known
    signal.throwIfAborted()
    const answer = await call(signal)
    const storedAt = this.#clock.now()
    const text = JSON.stringify(toJson(answer, 'answer'))
    if ((this.#options.isComplete ?? isCompleteAnswer)(answer)) {
      const entry = `{"storedAt":${storedAt},"answer":${text}}`
      await this.#guarded((store) => store.set(key, entry, this.#options.ttlMs ?? 86_400_000))
    }
    return { text, fresh: true, storedAt }
  }

  async #read(key: string): Promise<Landed | undefined> {
    const entry = await this.#guarded((store) => store.get(key))
    if (entry === undefined) return undefined
    try {
      const { storedAt, answer } = entrySchema.parse(JSON.parse(entry))
      this.#options.parse(answer)
      return { text: JSON.stringify(answer), fresh: false, storedAt }
    } catch {
      return undefined
    }
  }

  async #guarded<R>(action: (store: CacheStore) => Promise<R>): Promise<R | undefined> {
    try {
      return await action(this.#options.store)
    } catch (cause) {
      const error = cause instanceof CacheStoreError ? cause : new CacheStoreError(errorMessage(cause), { cause })
      this.#options.onStoreError?.(error)
      return undefined
    }
  }
}
