import { describe, expect, it } from 'vitest'
import { OutputEstimator, ProviderQuota, readProviderSignal } from '../src/index.ts'

const now = Date.UTC(2026, 0, 1)

describe('readProviderSignal', () => {
  it('reads Anthropic’s headers', () => {
    const headers = new Headers({
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-input-tokens-remaining': '12000',
      'anthropic-ratelimit-input-tokens-limit': '30000',
    })
    expect(readProviderSignal(headers, 200, now)).toEqual({
      resources: { requests: { limit: 50, remaining: 49 }, inputTokens: { limit: 30_000, remaining: 12_000 } },
    })
  })

  it('reads OpenAI’s headers and, without retry-after, the reset of the bucket that is empty', () => {
    const headers = {
      'X-RateLimit-Limit-Requests': '500',
      'x-ratelimit-remaining-requests': '3',
      'x-ratelimit-reset-requests': '120ms',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '1m2.5s',
    }
    expect(readProviderSignal(headers, 429, now)).toEqual({
      resources: { requests: { limit: 500, remaining: 3 }, tokens: { remaining: 0 } },
      freezeMs: 62_500,
    })
  })

  it.each([
    [{ 'retry-after': '12' }, 12_000],
    [{ 'retry-after-ms': '250', 'retry-after': '12' }, 250],
    [{ 'retry-after': new Date(now + 3000).toUTCString() }, 3000],
    [
      {
        'anthropic-ratelimit-tokens-remaining': '0',
        'anthropic-ratelimit-tokens-reset': new Date(now + 9000).toISOString(),
      },
      9000,
    ],
    [{}, 5000],
    [{ 'retry-after': 'nonsense' }, 5000],
    [{ 'retry-after': '99999999' }, 3_600_000],
  ])('freezes after a 429 with %j', (headers, freezeMs) => {
    expect(readProviderSignal(headers, 429, now).freezeMs).toBe(freezeMs)
  })
})

describe('ProviderQuota', () => {
  const limits = new ProviderQuota({
    provider: 'anthropic',
    models: {
      'claude-*': { requestsPerMinute: 50, inputTokensPerMinute: 30_000, outputTokensPerMinute: 8000 },
      'claude-small': { concurrency: 2, budgetPerDay: 5, price: { input: 1, output: 5, cachedInput: 0.1 } },
    },
  })

  it('finds the nearest entry, and lets models of one entry share its quota', () => {
    expect(limits.forModel('claude-large').key).toBe(limits.forModel('claude-huge').key)
    expect(limits.forModel('claude-large').rates.inputTokens).toEqual({ amount: 30_000, perMs: 60_000 })
    expect(limits.forModel('claude-small')).toMatchObject({ concurrency: 2, budget: { amount: 5_000_000 } })
    expect(() => limits.forModel('other')).toThrow(/No limits are declared for model other/)
  })

  it('prices usage in millionths', () => {
    const usage = limits.priced('claude-small', { inputTokens: 1000, cachedInputTokens: 900, outputTokens: 10 })
    expect(usage.money).toBe(100 + 90 + 50)
  })

  it('refuses a budget without a price', () => {
    expect(() => new ProviderQuota({ provider: 'p', models: { m: { budgetPerDay: 1 } } })).toThrow(/no price/)
  })
})

describe('OutputEstimator', () => {
  it('answers the maximum until it has seen enough, then the quantile', () => {
    const estimator = new OutputEstimator()
    for (const output of [100, 10, 80, 30, 60, 50, 40, 70, 20]) estimator.record('kind', output)
    expect(estimator.estimate('kind', 4096)).toBe(4096)
    estimator.record('kind', 90)
    expect(estimator.estimate('kind', 4096)).toBe(90)
    expect(estimator.estimate('kind', 50)).toBe(50)
  })
})
