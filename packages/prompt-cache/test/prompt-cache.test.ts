import { ManualClock } from '@patchlane/kernel/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isCompleteAnswer, MemoryCacheStore, PromptCache, type PromptCacheOptions, PromptHasher } from '../src/index.ts'

const message = z.object({ type: z.literal('message'), stop_reason: z.string(), text: z.string() })
type Message = z.infer<typeof message>
const answer = (text: string, stop_reason = 'end_turn'): Message => ({ type: 'message', stop_reason, text })
const request = { provider: 'anthropic', url: 'https://api.example/v1/messages', body: { model: 'm', messages: [] } }

function cacheFor(options: Partial<PromptCacheOptions<Message>> = {}) {
  const clock = new ManualClock()
  const store = new MemoryCacheStore({ clock })
  const cache = new PromptCache({
    store,
    clock,
    hasher: new PromptHasher({ tenant: 't' }),
    parse: (json) => message.parse(json),
    ttlMs: 1000,
    ...options,
  })
  let calls = 0
  const call = async () => answer(`answer ${++calls}`)
  return { clock, store, cache, call, calls: () => calls }
}

describe('PromptCache', () => {
  it('makes one call for a thousand identical requests at once', async () => {
    const { cache, call, calls } = cacheFor()
    const answers = await Promise.all(Array.from({ length: 1000 }, () => cache.around(request, call)))
    expect(calls()).toBe(1)
    expect(answers.filter(({ source }) => source === 'upstream')).toHaveLength(1)
    expect(answers.every(({ answer }) => answer.text === 'answer 1')).toBe(true)
    expect(new Set(answers.map(({ answer }) => answer)).size).toBe(1000)
  })

  it('answers from the cache until the time to live is over', async () => {
    const { cache, call, clock } = cacheFor()
    await cache.around(request, call)
    clock.advance(999)
    expect(await cache.around(request, call)).toMatchObject({
      answer: { text: 'answer 1' },
      source: 'cache',
      ageMs: 999,
    })
    clock.advance(2)
    expect(await cache.around(request, call)).toMatchObject({
      answer: { text: 'answer 2' },
      source: 'upstream',
      ageMs: 0,
    })
  })

  it('calls for another request', async () => {
    const { cache, call } = cacheFor()
    await cache.around(request, call)
    const other = await cache.around({ ...request, body: { model: 'm', messages: [], seed: 1 } }, call)
    expect(other.answer.text).toBe('answer 2')
  })

  it('does not store an answer that was cut off', async () => {
    const { cache, call } = cacheFor()
    expect((await cache.around(request, async () => answer('cut', 'max_tokens'))).answer.text).toBe('cut')
    expect((await cache.around(request, call)).source).toBe('upstream')
  })

  it('gives an error to all who wait for it and stores nothing', async () => {
    const { cache, call } = cacheFor()
    const failing = () => Promise.reject(new Error('overloaded'))
    const results = await Promise.allSettled([cache.around(request, failing), cache.around(request, failing)])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect((await cache.around(request, call)).source).toBe('upstream')
  })

  it('refreshes, forgets and stays out of the way', async () => {
    const { cache, call } = cacheFor()
    await cache.around(request, call)
    expect((await cache.around(request, call, { mode: 'off' })).answer.text).toBe('answer 2')
    expect((await cache.around(request, call, { mode: 'refresh' })).answer.text).toBe('answer 3')
    expect((await cache.around(request, call)).answer.text).toBe('answer 3')
    await cache.forget(request)
    expect((await cache.around(request, call)).answer.text).toBe('answer 4')
  })

  it('lets one caller leave without ending the call of the others', async () => {
    const { cache } = cacheFor()
    const gate = Promise.withResolvers<Message>()
    let aborted = false
    const call = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      return gate.promise
    }
    const leaving = new AbortController()
    const first = cache.around(request, call, { signal: leaving.signal })
    const second = cache.around(request, call)
    leaving.abort(new Error('left'))
    await expect(first).rejects.toThrow('left')
    expect(aborted).toBe(false)
    gate.resolve(answer('late'))
    expect((await second).answer.text).toBe('late')
  })

  it('aborts the call when nobody waits, and does not hand it to a later caller', async () => {
    const { cache, call } = cacheFor()
    const leaving = new AbortController()
    const started = Promise.withResolvers<AbortSignal>()
    const hanging = (signal: AbortSignal) => {
      started.resolve(signal)
      return new Promise<Message>(() => {})
    }
    const first = cache.around(request, hanging, { signal: leaving.signal })
    const signal = await started.promise
    leaving.abort(new Error('left'))
    await expect(first).rejects.toThrow('left')
    expect(signal.aborted).toBe(true)
    expect((await cache.around(request, call)).source).toBe('upstream')
  })

  it('works without its store, and takes a spoilt entry for none', async () => {
    const told: string[] = []
    const { cache, call, store } = cacheFor({ onStoreError: (error) => told.push(error.code) })
    const { key } = await cache.around(request, call)
    await store.set(key, '{"storedAt":1,"answer":{"type":"message"}}', 1000)
    expect((await cache.around(request, call)).source).toBe('upstream')
    await store.set(key, 'not JSON', 1000)
    expect((await cache.around(request, call)).source).toBe('upstream')
    store.get = () => Promise.reject(new Error('down'))
    store.set = () => Promise.reject(new Error('down'))
    expect((await cache.around(request, call)).answer.text).toBe('answer 4')
    expect(told).toEqual(['PROMPT_CACHE_STORE_UNAVAILABLE', 'PROMPT_CACHE_STORE_UNAVAILABLE'])
  })
})

describe('isCompleteAnswer', () => {
  it.each([
    [{ type: 'message', stop_reason: 'end_turn' }, true],
    [{ type: 'message', stop_reason: 'max_tokens' }, false],
    [{ type: 'message', stop_reason: 'pause_turn' }, false],
    [{ type: 'message', stop_reason: null }, false],
    [{ type: 'error', error: {} }, false],
    [{ object: 'chat.completion', choices: [{ finish_reason: 'stop' }] }, true],
    [{ object: 'chat.completion', choices: [{ finish_reason: 'stop' }, { finish_reason: 'length' }] }, false],
    [{ object: 'chat.completion', choices: [] }, false],
    [{ object: 'response', status: 'completed' }, true],
    [{ object: 'response', status: 'incomplete' }, false],
    [{ anything: 'else' }, false],
    [null, false],
  ])('%j: %s', (value, expected) => {
    expect(isCompleteAnswer(value)).toBe(expected)
  })
})
