import { expect, it } from 'vitest'
import { generateTokens, parseTokens } from '../src/index.ts'
import { TokenBook } from '../src/token-book.ts'
import { problemSchema } from '../src/wire/index.ts'
import { startServer, tokens } from './serve-fixture.ts'

it('asks for a token on every route under /v1, and not on /healthz', async () => {
  await using fixture = await startServer()
  expect((await fixture.ask(null, 'GET', '/healthz')).status).toBe(200)
  for (const [method, path] of [
    ['GET', '/v1/patches'],
    ['POST', '/v1/patches'],
    ['GET', '/v1/patches/12345678'],
    ['GET', '/v1/patches/12345678/diff'],
    ['POST', '/v1/patches/12345678/approve'],
    ['POST', '/v1/patches/12345678/reject'],
    ['POST', '/v1/patches/12345678/withdraw'],
    ['GET', '/v1/approvals'],
    ['POST', '/v1/context'],
    ['GET', '/v1/index-version'],
    ['POST', '/v1/index'],
    ['GET', '/v1/status'],
    ['GET', '/v1/metrics'],
    ['GET', '/v1/events'],
  ] as const) {
    const response = await fixture.ask(null, method, path)
    expect([path, response.status]).toEqual([path, 401])
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(problemSchema.parse(await response.json()).code).toBe('SERVER_UNAUTHORIZED')
  }
  expect(fixture.pipeline.calls).toEqual([])
})

it('refuses wrong secrets, other schemes and a secret in the query', async () => {
  await using fixture = await startServer()
  const { secret } = tokens[0]
  for (const authorization of ['', 'Bearer', `Bearer ${secret}x`, `Basic ${secret}`, `Bearer ${secret.slice(0, -1)}`])
    expect((await fetch(`${fixture.server.url}/v1/status`, { headers: { authorization } })).status).toBe(401)
  expect((await fetch(`${fixture.server.url}/v1/status?access_token=${secret}`)).status).toBe(401)
  expect((await fixture.ask('reader', 'GET', '/v1/status')).status).toBe(200)
})

it('keeps readers from writing', async () => {
  await using fixture = await startServer()
  expect((await fixture.ask('reader', 'POST', '/v1/patches', { text: 'x' })).status).toBe(403)
  expect((await fixture.ask('agent', 'POST', '/v1/index', {})).status).toBe(403)
  expect((await fixture.ask('approver', 'POST', '/v1/index', {})).status).toBe(200)
})

it('never logs a secret', async () => {
  await using fixture = await startServer()
  await fixture.ask('agent', 'POST', '/v1/patches', { text: 'x' })
  await fixture.ask('agent', 'POST', '/v1/patches', {})
  fixture.pipeline.failNext = new Error('boom')
  await fixture.ask('agent', 'GET', '/v1/status')
  expect(fixture.logged()).toContain('boom')
  for (const { secret } of tokens) expect(fixture.logged()).not.toContain(secret)
})

it('reads tokens, and says what is wrong with one without repeating its secret', () => {
  expect(parseTokens('a:agent:0123456789abcdef, b:reader:has:colons:0123456789')).toEqual([
    { name: 'a', role: 'agent', secret: '0123456789abcdef' },
    { name: 'b', role: 'reader', secret: 'has:colons:0123456789' },
  ])
  expect(parseTokens('')).toEqual([])
  expect(() => parseTokens('a:king:0123456789abcdef')).toThrow(/no role/)
  expect(() => parseTokens('a:agent:hunter2')).toThrow(/shorter than 16/)
  expect(() => parseTokens('a:agent:hunter2')).not.toThrow(/hunter2/)
  expect(() => parseTokens('a:agent:0123456789abcdef a:reader:0123456789abcdeg')).toThrow(/twice/)
  expect(() => parseTokens('/:agent:0123456789abcdef')).toThrow(/no usable name/)
})

it('knows each generated token, and makes others every time', () => {
  const made = generateTokens()
  const book = new TokenBook(made)
  expect(made.map((token) => book.find(token.secret)?.role)).toEqual(['agent', 'approver'])
  expect(book.find('')).toBeUndefined()
  expect(generateTokens()[0]?.secret).not.toBe(made[0]?.secret)
})
