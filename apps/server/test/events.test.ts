import { expect, it } from 'vitest'
import { formatEvent } from '../src/sse.ts'
import { eventViewSchema } from '../src/wire/index.ts'
import { type Fixture, startServer, tokens } from './serve-fixture.ts'

/** Reads server-sent events until `wanted` of them, or as many comments, have come. */
async function readStream(
  fixture: Fixture,
  path: string,
  wanted: { events?: number; comments?: number },
  headers: Record<string, string> = {},
): Promise<{ ids: string[]; types: string[]; comments: number }> {
  const stop = new AbortController()
  const response = await fetch(`${fixture.server.url}${path}`, {
    headers: { authorization: `Bearer ${tokens[0].secret}`, ...headers },
    signal: stop.signal,
  })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  let text = ''
  const decoder = new TextDecoder()
  const seen = () => ({
    ids: [...text.matchAll(/^id: (.*)$/gm)].map((match) => match[1] ?? ''),
    types: [...text.matchAll(/^event: (.*)$/gm)].map((match) => match[1] ?? ''),
    comments: [...text.matchAll(/^: /gm)].length,
  })
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const now = seen()
    if (now.ids.length >= (wanted.events ?? 0) && now.comments >= (wanted.comments ?? 0)) break
  }
  stop.abort()
  for (const line of text.matchAll(/^data: (.*)$/gm)) eventViewSchema.parse(JSON.parse(line[1] ?? ''))
  return seen()
}

it('sends what happened and what happens, with sequence numbers as ids', async () => {
  await using fixture = await startServer()
  fixture.pipeline.emit('patch.queued', 'p1')
  const reading = readStream(fixture, '/v1/events', { events: 2 })
  fixture.pipeline.emit('patch.landed', 'p1')
  expect(await reading).toMatchObject({ ids: ['1', '2'], types: ['patch.queued', 'patch.landed'] })
})

it('goes on after Last-Event-ID, without a gap and without a repeat', async () => {
  await using fixture = await startServer()
  for (const subject of ['p1', 'p2', 'p3', 'p4']) fixture.pipeline.emit('patch.queued', subject)
  const resumed = await readStream(fixture, '/v1/events?after=1', { events: 2 }, { 'last-event-id': '2' })
  expect(resumed.ids).toEqual(['3', '4'])
  expect((await readStream(fixture, '/v1/events?after=3', { events: 1 })).ids).toEqual(['4'])
})

it('follows the stream that is asked for', async () => {
  await using fixture = await startServer()
  fixture.pipeline.emit('patch.queued', 'p1')
  fixture.pipeline.emit('run.started', 'r1', 'run:r1')
  expect((await readStream(fixture, '/v1/events?stream=run:r1', { events: 1 })).types).toEqual(['run.started'])
})

it('serves no stream of another repository on the same database', async () => {
  await using fixture = await startServer()
  for (const stream of ['patch:other:refs/heads/main', 'index:other', 'approval:refs/heads/dev', 'anything'])
    expect((await fixture.ask('approver', 'GET', `/v1/events?stream=${encodeURIComponent(stream)}`)).status).toBe(404)
  expect(fixture.pipeline.lastCall('events')).toBeUndefined()
})

it('keeps a quiet connection alive', async () => {
  const { createServer } = await import('../src/index.ts')
  await using fixture = await startServer()
  const app = await createServer({ pipeline: fixture.pipeline, tokens, heartbeatMs: 5 })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  try {
    const seen = await readStream({ ...fixture, server: { ...fixture.server, url } }, '/v1/events', { comments: 2 })
    expect(seen).toMatchObject({ ids: [] })
  } finally {
    await app.close()
  }
})

it('stops following when the client goes, and when the server closes', async () => {
  const fixture = await startServer()
  fixture.pipeline.emit('patch.queued', 'p1')
  await readStream(fixture, '/v1/events', { events: 1 })
  const response = await fetch(`${fixture.server.url}/v1/events`, {
    headers: { authorization: `Bearer ${tokens[0].secret}` },
  })
  const body = response.text()
  await fixture.server.close()
  expect(await body).toContain('id: 1\n')
  expect(fixture.pipeline.closed).toBe(1)
})

it('refuses a Last-Event-ID that is not a number', async () => {
  await using fixture = await startServer()
  const response = await fetch(`${fixture.server.url}/v1/events`, {
    headers: { authorization: `Bearer ${tokens[0].secret}`, 'last-event-id': 'x' },
  })
  expect(response.status).toBe(400)
})

it('keeps an event on its own lines whatever its data holds', () => {
  const text = formatEvent({ stream: 's', seq: 3, type: 'a.b', subject: 'x\ny', data: { t: 'id: 9\n\n' }, at: 1 })
  expect(text.split('\n')).toHaveLength(5)
})
