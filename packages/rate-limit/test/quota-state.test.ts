import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amountsOf, quotaSchema } from '../src/index.ts'
import { QuotaState } from '../src/memory/quota-state.ts'

const quota = quotaSchema.parse({ key: 'q', rates: { outputTokens: { amount: 1000, perMs: 1000, burst: 500 } } })

describe('QuotaState', () => {
  it('after settling is as if the real amounts had been charged from the start', () => {
    const call = fc.record({
      start: fc.integer({ min: 0, max: 5000 }),
      length: fc.integer({ min: 0, max: 3000 }),
      estimate: fc.integer({ min: 0, max: 300 }),
      actual: fc.integer({ min: 0, max: 300 }),
    })
    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), (calls) => {
        const events = calls
          .flatMap((call, n) => [
            { at: call.start, n, call, end: false },
            { at: call.start + call.length, n, call, end: true },
          ])
          .sort((a, b) => a.at - b.at)
        const state = new QuotaState()
        let arrival = 0
        const granted = new Map<number, boolean>()
        for (const { at, n, call, end } of events) {
          const request = { quota, id: String(n), ttlMs: 1e9 }
          if (end) {
            if (granted.get(n))
              state.settle({ ...request, amounts: amountsOf({ outputTokens: call.actual }), succeeded: true }, at)
          } else
            granted.set(
              n,
              state.reserve({ ...request, amounts: amountsOf({ outputTokens: call.estimate }) }, at).granted,
            )
        }
        for (const { at, n, call, end } of events)
          if (!end && granted.get(n) && call.actual > 0) arrival = Math.max(at, arrival) + call.actual
        const now = 8000
        expect(state.usage(quota, now).available.outputTokens).toBeCloseTo(500 - (Math.max(now, arrival) - now), 3)
      }),
      { numRuns: 300 },
    )
  })

  it('never lets more through in any span than the burst and the rate, when estimates are kept', () => {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 400 }), amount: fc.integer({ min: 1, max: 500 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const state = new QuotaState()
        const passed: { at: number; amount: number }[] = []
        let now = 0
        for (const [n, { wait, amount }] of steps.entries()) {
          now += wait
          const amounts = amountsOf({ outputTokens: amount })
          const request = { quota, id: String(n), amounts, ttlMs: 1e9 }
          if (!state.reserve(request, now).granted) continue
          passed.push({ at: now, amount })
          state.settle({ ...request, succeeded: true }, now)
        }
        for (const [from, first] of passed.entries()) {
          let sum = 0
          for (const { at, amount } of passed.slice(from)) {
            sum += amount
            expect(sum).toBeLessThanOrEqual(500 + (at - first.at) + 0.1)
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  it('remembers a bounded number of charges, and errs on the side of the limit', () => {
    const state = new QuotaState()
    const wide = quotaSchema.parse({ key: 'q', rates: { requests: { amount: 10_000 } } })
    state.reserve({ quota: wide, id: 'long', amounts: amountsOf({}), ttlMs: 1e9 }, 0)
    for (let n = 0; n < 1000; n++) {
      const request = { quota: wide, id: String(n), amounts: amountsOf({}), ttlMs: 1e9 }
      state.reserve(request, n)
      state.settle({ ...request, succeeded: true }, n)
    }
    const { requests = 0 } = state.usage(wide, 1000).available
    expect(requests).toBeLessThanOrEqual(10_000 - 1001 + 1000 / 6)
    expect(requests).toBeGreaterThan(10_000 - 1001 - 1)
  })
})
