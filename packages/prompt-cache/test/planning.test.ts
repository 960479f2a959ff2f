import { describe, expect, it } from 'vitest'
import { findCacheBreak, openAiCacheKey, planAnthropicCache } from '../src/index.ts'

const long = (label: string, tokens = 1200) => `${label} ${'word '.repeat((tokens * 4) / 5)}`
const turn = (n: number, blocks = 1) => ({
  role: n % 2 === 0 ? 'user' : 'assistant',
  content: Array.from({ length: blocks }, (_, index) => ({ type: 'text', text: `turn ${n} block ${index}` })),
})

describe('planAnthropicCache', () => {
  const tools = [{ name: 'write' }, { name: 'read' }]

  it('marks system, shared messages and the end, the longer time first', () => {
    const plan = planAnthropicCache(
      {
        model: 'claude-sonnet-4-5',
        tools,
        system: long('rules'),
        messages: [{ role: 'user', content: long('map') }, turn(1)],
      },
      { sharedMessages: 1 },
    )
    expect(plan.breakpoints.map(({ at, ttl }) => `${at} ${ttl}`)).toEqual([
      'system[0] 1h',
      'messages[0].content[0] 1h',
      'messages[1].content[0] 5m',
    ])
    expect(plan.body).toMatchObject({
      tools: [{ name: 'read' }, { name: 'write' }],
      system: [{ type: 'text', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [{}, { content: [{ cache_control: { type: 'ephemeral' } }] }],
    })
    expect(plan.warnings).toEqual([])
  })

  it('marks nothing below the model’s minimum, and says so', () => {
    const body = { model: 'claude-opus-4-6', system: long('rules', 2000), messages: [turn(0)] }
    const plan = planAnthropicCache(body)
    expect(plan.breakpoints).toEqual([])
    expect(plan.warnings[0]).toMatch(/none below 4096/)
    expect(planAnthropicCache({ ...body, model: 'claude-sonnet-4-5' }).breakpoints).toHaveLength(2)
  })

  it('bridges more blocks than the provider looks back over, with at most four marks', () => {
    const body = { model: 'claude-sonnet-4-5', system: long('rules'), messages: [turn(0), turn(1, 40)] }
    const near = planAnthropicCache(body, { previousBlocks: 1 })
    expect(near.breakpoints.map(({ at }) => at)).toEqual([
      'system[0]',
      'messages[1].content[14]',
      'messages[1].content[29]',
      'messages[1].content[39]',
    ])
    expect(near.warnings).toEqual([])
    const far = planAnthropicCache({ ...body, messages: [turn(0), turn(1, 90)] }, { previousBlocks: 1 })
    expect(far.breakpoints).toHaveLength(4)
    expect(far.warnings[0]).toMatch(/out of reach/)
  })

  it('replaces earlier marks and avoids thinking and empty text', () => {
    const mark = { cache_control: { type: 'ephemeral' } }
    const content = [
      { type: 'text', text: 'hi', ...mark },
      { type: 'thinking', thinking: '...' },
      { type: 'text', text: '' },
    ]
    const plan = planAnthropicCache({
      model: 'claude-sonnet-4-5',
      system: long('rules'),
      messages: [{ role: 'user', content }],
    })
    expect(plan.breakpoints.map(({ at }) => at)).toEqual(['system[0]', 'messages[0].content[0]'])
  })

  it('refuses what is not a body of the Messages API', () => {
    expect(() => planAnthropicCache({ model: 'm' })).toThrow(/messages/)
  })
})

describe('openAiCacheKey', () => {
  it('splits a prefix into as many buckets as its traffic needs, and keeps a caller in one', () => {
    const key = (caller: string, requestsPerMinute: number) =>
      openAiCacheKey({ prefix: ['tools'], requestsPerMinute, caller })
    const callers = Array.from({ length: 200 }, (_, n) => `agent ${n}`)
    expect(new Set(callers.map((caller) => key(caller, 15))).size).toBe(1)
    expect(new Set(callers.map((caller) => key(caller, 60))).size).toBe(4)
    expect(key('a', 60)).toBe(key('a', 60))
    expect(key('a', 1)).not.toBe(openAiCacheKey({ prefix: ['other'], requestsPerMinute: 1, caller: 'a' }))
  })
})

describe('findCacheBreak', () => {
  const body = (system: string, messages: unknown[] = [turn(0)], tools = [{ name: 'a' }, { name: 'b' }]) => ({
    max_tokens: Math.random(),
    messages,
    system,
    tools,
    model: 'm',
  })

  it('finds none where the prompt only grew', () => {
    expect(findCacheBreak(body('rules'), body('rules', [turn(0), turn(1)]))).toBeNull()
  })

  it('names the field, the place in it and the cost', () => {
    const found = findCacheBreak(
      body(`${long('rules', 1000)} Now: 2026-01-01T10:00:00Z`),
      body(`${long('rules', 1000)} Now: 2026-01-01T10:00:09Z`),
    )
    expect(found).toMatchObject({ field: 'system', kind: 'changed', before: '0Z', now: '9Z' })
    expect(found?.hint).toMatch(/time/)
    expect(found?.keptTokens).toBeGreaterThan(990)
    expect(found?.lostTokens).toBeLessThan(20)
  })

  it.each([
    ['moved', 'tools[0].name', body('s', [turn(0)], [{ name: 'b' }, { name: 'a' }])],
    ['missing', 'tools[1].name', body('s', [turn(0)], [{ name: 'a' }])],
    ['changed', 'messages[0].content[0].text', body('s', [{ ...turn(0), content: [{ type: 'text', text: 'other' }] }])],
    ['added', 'tools[2].name', body('s', [turn(0)], [{ name: 'a' }, { name: 'b' }, { name: 'c' }])],
    ['changed', 'model', { ...body('s'), model: 'n' }],
  ])('tells %s at %s', (kind, field, next) => {
    expect(findCacheBreak(body('s'), next)).toMatchObject({ kind, field })
  })

  it('tells members in another order', () => {
    const one = body('s', [{ role: 'user', content: 'hi' }])
    const two = body('s', [{ content: 'hi', role: 'user' }])
    expect(findCacheBreak(one, two)).toMatchObject({ kind: 'moved', field: 'messages[0].role' })
  })

  it.each([
    ['id 123e4567-e89b-12d3-a456-426614174000', 'id 123e4567-e89b-12d3-a456-426614174fff', /random id/],
    ['at 0123abcd', 'at 4567abcd', /commit/],
    ['turn 3', 'turn 4', /number/],
  ])('hints at the cause of %j', (before, now, hint) => {
    expect(findCacheBreak(body(before), body(now))?.hint).toMatch(hint)
  })
})
