import { ManualClock } from '@patchlane/kernel/testing'
import { describe, expect, it } from 'vitest'
import {
  type LimitedBy,
  MemoryQuotaStore,
  type QuotaInput,
  RateLimiter,
  type RateLimiterOptions,
} from '../src/index.ts'

/** Time passes only by waiting: a wait moves the clock and ends. */
function limiterFor(quota: Omit<QuotaInput, 'key'>, options: Partial<RateLimiterOptions> = {}) {
  const clock = new ManualClock(0)
  const store = new MemoryQuotaStore({ clock })
  const waits: number[] = []
  const limiter = new RateLimiter({
    store,
    quota: { key: 'q', ...quota },
    clock,
    wait: async (milliseconds, signal) => {
      await Promise.resolve()
      signal.throwIfAborted()
      waits.push(milliseconds)
      clock.advance(milliseconds)
    },
    ...options,
  })
  return { clock, store, limiter, waits }
}

/** Waits until woken, never by time. */
const untilWoken = (_: number, signal: AbortSignal) =>
  new Promise<void>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })

const refused = (headers: Record<string, string>, status = 429) =>
  Object.assign(new Error('refused'), { status, headers })

describe('RateLimiter', () => {
  it('waits exactly as long as it has to', async () => {
    const { limiter, waits, clock } = limiterFor({ rates: { requests: { amount: 60, burst: 1 } } })
    const times: number[] = []
    for (let n = 0; n < 3; n++) times.push(await limiter.around({}, async () => clock.now()))
    expect(times).toEqual([0, 1000, 2000])
    expect(waits).toEqual([1000, 1000])
  })

  it('serves first come first, higher priority before, and lets waiting outweigh priority', async () => {
    const { limiter, clock } = limiterFor({ concurrency: 1 }, { wait: untilWoken })
    const first = await limiter.acquire({})
    const order: string[] = []
    const join = (name: string, priority: number) =>
      limiter.acquire({}, { priority }).then((reservation) => {
        order.push(name)
        return reservation.settle({})
      })
    const waiting = [join('old', 0)]
    clock.advance(15_000)
    waiting.push(join('a', 0), join('b', 0), join('urgent', 1), join('more urgent', 2))
    expect(limiter.waiting).toBe(5)
    await first.settle({})
    await Promise.all(waiting)
    expect(order).toEqual(['more urgent', 'old', 'urgent', 'a', 'b'])
  })

  it('does not let small calls starve a large one', async () => {
    const { limiter } = limiterFor({ rates: { inputTokens: { amount: 1000 } } })
    await limiter.acquire({ inputTokens: 900 })
    const order: string[] = []
    const large = limiter.acquire({ inputTokens: 1000 }).then(() => order.push('large'))
    const small = limiter.acquire({ inputTokens: 10 }).then(() => order.push('small'))
    await Promise.all([large, small])
    expect(order).toEqual(['large', 'small'])
  })

  it('keeps within the concurrency', async () => {
    const { limiter } = limiterFor({ concurrency: 3 }, { wait: untilWoken })
    let running = 0
    let peak = 0
    await Promise.all(
      Array.from({ length: 20 }, () =>
        limiter.around({}, async () => {
          peak = Math.max(peak, ++running)
          await new Promise(setImmediate)
          running--
        }),
      ),
    )
    expect(peak).toBe(3)
  })

  it('settles what the call reports', async () => {
    const { limiter, store } = limiterFor({ rates: { outputTokens: { amount: 1000 } } })
    const answer = await limiter.around({ outputTokens: 900 }, async (meter) => {
      meter.report({ outputTokens: 100 })
      return 'answer'
    })
    expect(answer).toBe('answer')
    const usage = await store.usage({ key: 'q', rates: { outputTokens: { amount: 1000, perMs: 60_000 } } })
    expect(usage).toMatchObject({ available: { outputTokens: 900 }, open: 0 })
  })

  it('obeys retry-after and makes the call again', async () => {
    const { limiter, clock, waits } = limiterFor({ rates: { requests: { amount: 100 } } })
    let calls = 0
    const at = await limiter.around({}, async () => {
      if (++calls === 1) throw refused({ 'Retry-After': '7' })
      return clock.now()
    })
    expect([calls, at, waits]).toEqual([2, 7000, [7000]])
  })

  it('gives the refusal to the caller after the allowed retries', async () => {
    const { limiter } = limiterFor({}, { retries: 1 })
    let calls = 0
    const call = async () => {
      calls++
      throw refused({ 'retry-after-ms': '10' })
    }
    await expect(limiter.around({}, call)).rejects.toThrow('refused')
    expect(calls).toBe(2)
  })

  it('charges one request for a call the provider turned down, and the estimate for one that broke off', async () => {
    const rates = { inputTokens: { amount: 1000, perMs: 60_000 } }
    const { limiter, store } = limiterFor({ rates })
    await limiter.around({ inputTokens: 500 }, () => Promise.reject(refused({}, 400))).catch(() => {})
    expect((await store.usage({ key: 'q', rates })).available.inputTokens).toBe(1000)
    await limiter.around({ inputTokens: 500 }, () => Promise.reject(new Error('cut'))).catch(() => {})
    expect((await store.usage({ key: 'q', rates })).available.inputTokens).toBe(500)
  })

  it('leaves the line on abort and lets the next one go', async () => {
    const { limiter } = limiterFor({ concurrency: 1 }, { wait: untilWoken })
    const first = await limiter.acquire({})
    const controller = new AbortController()
    const aborted = limiter.acquire({}, { signal: controller.signal })
    const next = limiter.acquire({})
    controller.abort(new Error('no longer wanted'))
    await expect(aborted).rejects.toThrow('no longer wanted')
    await first.settle({})
    await (await next).settle({})
    expect(limiter.waiting).toBe(0)
  })

  it('refuses at once what cannot go in time or at all', async () => {
    const { limiter, waits } = limiterFor({ rates: { inputTokens: { amount: 100 } }, budget: { amount: 10 } })
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => 'none',
        (error: { code: string; limitedBy: LimitedBy }) => `${error.code} ${error.limitedBy}`,
      )
    expect(await code(limiter.acquire({ inputTokens: 101 }))).toBe('RATE_LIMIT_TOO_LARGE inputTokens')
    await limiter.acquire({ inputTokens: 100, money: 10 })
    expect(await code(limiter.acquire({ inputTokens: 1 }, { maxWaitMs: 10 }))).toBe(
      'RATE_LIMIT_WAIT_TOO_LONG inputTokens',
    )
    expect(await code(limiter.acquire({ money: 1 }))).toBe('RATE_LIMIT_WAIT_TOO_LONG money')
    expect(waits).toEqual([])
  })

  it('lets nothing through without its store, and keeps an answer the store could not settle', async () => {
    const { limiter, store } = limiterFor({})
    const told: string[] = []
    const failing = new RateLimiter({
      store: {
        reserve: (request) => store.reserve(request),
        settle: () => Promise.reject(new Error('down')),
        renew: (request) => store.renew(request),
        tighten: (quota, signal) => store.tighten(quota, signal),
        usage: (quota) => store.usage(quota),
        close: () => store.close(),
      },
      quota: { key: 'q' },
      onStoreError: (error) => told.push(error.code),
    })
    expect(await failing.around({}, async () => 'kept')).toBe('kept')
    expect(told).toEqual(['RATE_LIMIT_STORE_UNAVAILABLE'])
    store.reserve = () => Promise.reject(new Error('down'))
    await expect(limiter.around({}, async () => 'never')).rejects.toThrow('down')
  })
})
