import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PromptHasher } from '../src/index.ts'

const hasher = new PromptHasher({ tenant: 'a', secret: 'secret' })
const request = { provider: 'anthropic', url: 'https://api.example/v1/messages', version: '2023-06-01' }
const keyOf = (body: unknown, rest = {}) => hasher.key({ ...request, body, ...rest })

describe('PromptHasher', () => {
  it('does not depend on the order of members or on absent ones', () => {
    expect(keyOf({ a: 1, b: { c: 2, d: 3 } })).toBe(keyOf({ b: { d: 3, c: 2 }, a: 1, e: undefined }))
  })

  it('changes with every field of the body, the provider, the URL and the version', () => {
    const body = {
      model: 'm',
      temperature: 0,
      stream: false,
      messages: [{ role: 'user', content: 'hi' }],
      new_field: 1,
    }
    const others = [
      keyOf({ ...body, model: 'n' }),
      keyOf({ ...body, temperature: 0.1 }),
      keyOf({ ...body, stream: true }),
      keyOf({ ...body, new_field: 2 }),
      keyOf({ ...body, messages: [{ role: 'user', content: 'hi ' }] }),
      keyOf(body, { provider: 'openai' }),
      keyOf(body, { url: 'https://other.example/v1/messages' }),
      keyOf(body, { version: '2024-01-01' }),
    ]
    expect(new Set([keyOf(body), ...others]).size).toBe(9)
  })

  it('leaves transport fields, cache marks and credentials out', () => {
    const block = { type: 'text', text: 'hi' }
    const plain = keyOf({ system: [block], tools: [{ name: 't' }], messages: [{ role: 'user', content: [block] }] })
    const mark = { cache_control: { type: 'ephemeral' } }
    const marked = {
      system: [{ ...block, ...mark }],
      tools: [{ name: 't', ...mark }],
      messages: [{ role: 'user', content: [{ ...block, ...mark }] }],
      metadata: { user_id: 'u' },
      ...mark,
    }
    expect(keyOf(marked)).toBe(plain)
    const url = 'https://me:pass@api.example/v1/messages?key=abc'
    expect(keyOf(marked, { url })).toBe(plain)
  })

  it('keeps a cache_control that is somebody’s data', () => {
    const call = (input: object) => ({ messages: [{ role: 'assistant', content: [{ type: 'tool_use', input }] }] })
    expect(keyOf(call({ cache_control: 1 }))).not.toBe(keyOf(call({})))
  })

  it('keeps tenants and secrets apart', () => {
    const body = { model: 'm' }
    const keys = [
      hasher,
      new PromptHasher({ tenant: 'b', secret: 'secret' }),
      new PromptHasher({ tenant: 'a', secret: 'other' }),
      new PromptHasher({ tenant: 'a' }),
      new PromptHasher({ tenant: 'a' }),
    ].map((each) => each.key({ ...request, body }))
    expect(new Set(keys).size).toBe(5)
    expect(new PromptHasher({ tenant: 'a', secret: 'secret' }).key({ ...request, body })).toBe(keys[0])
  })

  it.each([[Number.NaN], [() => 1], [new Map()], [10n], [undefined]])('refuses %s', (value) => {
    expect(() => keyOf({ value: [value] })).toThrow(/body\.value\[0\] is not JSON/)
  })

  it('gives two bodies one key only if they are equal', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const text = (value: unknown) => JSON.stringify(sorted(value))
        expect(keyOf({ v: a }) === keyOf({ v: b })).toBe(text(a) === text(b))
      }),
      { numRuns: 500 },
    )
    expect(keyOf(JSON.parse('{"__proto__":{"a":1}}'))).not.toBe(keyOf({}))
  })
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return { members: members.map(([key, member]) => [key, sorted(member)]) }
}
