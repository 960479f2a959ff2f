import { expect, it } from 'vitest'
import { z } from 'zod'
import { approvalViewSchema, patchDetailSchema, patchViewSchema, problemSchema } from '../src/wire/index.ts'
import { FakeError } from './fake-pipeline.ts'
import { startServer, tokens } from './serve-fixture.ts'

const lists = z.object({ patches: z.array(patchViewSchema) })

it('submits a patch as text and shows it with its diff', async () => {
  await using fixture = await startServer()
  const created = await fixture.ask('agent', 'POST', '/v1/patches', {
    text: 'a patch',
    title: 'Fix it',
    base: 'HEAD~1',
  })
  expect(created.status).toBe(201)
  const patch = patchDetailSchema.parse(await created.json())
  expect(patch).toMatchObject({ title: 'Fix it', agent: 'bot', status: 'queued', verdict: null, seq: 1 })
  expect(created.headers.get('location')).toBe(`/v1/patches/${patch.patchId}`)
  expect(fixture.pipeline.lastCall('propose')).toEqual({
    text: 'a patch',
    title: 'Fix it',
    base: 'HEAD~1',
    agent: 'bot',
  })

  const shown = await fixture.ask('reader', 'GET', `/v1/patches/${patch.patchId.slice(0, 8)}`)
  expect(patchDetailSchema.parse(await shown.json()).patchId).toBe(patch.patchId)

  const diff = await fixture.ask('reader', 'GET', `/v1/patches/${patch.patchId}/diff`)
  expect(diff.headers.get('content-type')).toContain('text/x-diff')
  expect(await diff.text()).toBe(fixture.pipeline.diffText)
})

it('takes a bare diff as the body', async () => {
  await using fixture = await startServer()
  const response = await fetch(`${fixture.server.url}/v1/patches`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens[1].secret}`, 'content-type': 'text/x-diff', 'idempotency-key': 'k1' },
    body: fixture.pipeline.diffText,
  })
  expect(response.status).toBe(201)
  expect(fixture.pipeline.lastCall('propose')).toEqual({
    text: fixture.pipeline.diffText,
    agent: 'bot',
    key: 'bot:k1',
  })
})

it('takes edits as JSON, and a name for the agent behind the token', async () => {
  await using fixture = await startServer()
  const edits = [{ path: 'file.txt', content: 'new\n' }]
  await fixture.ask('agent', 'POST', '/v1/patches', { edits, agent: 'helper' })
  expect(fixture.pipeline.lastCall('propose')).toEqual({
    text: JSON.stringify(edits),
    format: 'json',
    agent: 'bot/helper',
  })
})

it('submits once for one key', async () => {
  await using fixture = await startServer()
  const submit = async () =>
    patchDetailSchema.parse(
      await (await fixture.ask('agent', 'POST', '/v1/patches', { text: 'x', key: 'same' })).json(),
    )
  expect((await submit()).patchId).toBe((await submit()).patchId)
  expect(fixture.pipeline.queue).toHaveLength(1)
})

it('lists by status and in pages', async () => {
  await using fixture = await startServer()
  for (const title of ['one', 'two', 'three']) fixture.pipeline.add({ title })
  const page = async (query: string) =>
    lists.parse(await (await fixture.ask('reader', 'GET', `/v1/patches?${query}`)).json()).patches.map((p) => p.title)
  expect(await page('limit=2')).toEqual(['one', 'two'])
  expect(await page('after=2')).toEqual(['three'])
  expect(await page('status=landed,rejected')).toEqual([])
  expect((await fixture.ask('reader', 'GET', '/v1/patches?status=nonsense')).status).toBe(400)
})

it('refuses a body that says nothing, both things, or something unknown', async () => {
  await using fixture = await startServer()
  for (const body of [{}, { text: 'x', edits: [1] }, { text: 'x', surprise: 1 }, { text: 'x', priority: 1e9 }]) {
    const response = await fixture.ask('agent', 'POST', '/v1/patches', body)
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(problemSchema.parse(await response.json()).code).toBe('SERVER_INVALID_REQUEST')
  }
  expect(fixture.pipeline.queue).toHaveLength(0)
})

it.each([
  ['usage', 400],
  ['approval', 403],
  ['conflict', 409],
  ['stale', 412],
  ['failed', 500],
  ['environment', 503],
] as const)('answers an error of kind %s with status %i', async (kind, status) => {
  await using fixture = await startServer()
  fixture.pipeline.failNext = new FakeError('PIPELINE_SOMETHING', kind)
  const response = await fixture.ask('agent', 'POST', '/v1/patches', { text: 'x' })
  expect(response.status).toBe(status)
  expect(problemSchema.parse(await response.json())).toMatchObject({
    type: 'urn:patchlane:error:pipeline_something',
    detail: 'It did not work.',
    remedy: 'Do something else.',
    kind,
  })
})

it('does not show what an unexpected error says', async () => {
  await using fixture = await startServer()
  fixture.pipeline.failNext = new Error('password=hunter2')
  const response = await fixture.ask('agent', 'POST', '/v1/patches', { text: 'x' })
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('hunter2')
})

it('answers 404 for what does not exist, and 413 for what is too large', async () => {
  await using fixture = await startServer()
  expect((await fixture.ask('reader', 'GET', '/v1/patches/00000000')).status).toBe(404)
  expect((await fixture.ask('reader', 'GET', '/v1/nothing')).status).toBe(404)
  const large = await fixture.ask('agent', 'POST', '/v1/context', { task: 'x'.repeat(2_000_000) })
  expect(large.status).toBe(413)
  expect(problemSchema.parse(await large.json()).code).toBe('SERVER_BODY_TOO_LARGE')
})

it('lets an agent withdraw its own patches only', async () => {
  await using fixture = await startServer()
  const own = fixture.pipeline.add({ agent: 'bot/helper' })
  const other = fixture.pipeline.add({ agent: 'botany' })
  const withdraw = (who: 'agent' | 'approver', id: string) =>
    fixture.ask(who, 'POST', `/v1/patches/${id}/withdraw`, { reason: 'Not needed.' })
  expect((await withdraw('agent', other.patch.patchId)).status).toBe(403)
  expect((await withdraw('agent', own.patch.patchId)).status).toBe(200)
  expect((await withdraw('approver', other.patch.patchId)).status).toBe(200)
})

it('knows no patch of another repository on the same database', async () => {
  await using fixture = await startServer()
  const { patch } = fixture.pipeline.add({}, { status: 'awaiting_approval' }, 'other')
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/diff'],
    ['POST', '/approve'],
    ['POST', '/reject'],
    ['POST', '/withdraw'],
  ] as const) {
    const body = method === 'GET' ? undefined : {}
    const response = await fixture.ask('approver', method, `/v1/patches/${patch.patchId}${path}`, body)
    expect([path, response.status]).toEqual([path, 404])
  }
  expect(fixture.pipeline.queue[0]?.status).toBe('awaiting_approval')
})

it('lists questions and takes the answer of an approver, in their name', async () => {
  await using fixture = await startServer()
  const question = fixture.pipeline.park({ agent: 'bot' })
  const listed = z
    .object({ approvals: z.array(approvalViewSchema) })
    .parse(await (await fixture.ask('reader', 'GET', '/v1/approvals')).json())
  expect(listed.approvals[0]).toMatchObject({ risk: { level: 'high' }, contentHash: question.contentHash })

  const path = `/v1/patches/${question.patch.patch.patchId}/approve`
  expect((await fixture.ask('agent', 'POST', path, {})).status).toBe(403)
  const approved = await fixture.ask('approver', 'POST', path, { contentHash: question.contentHash, note: 'Fine.' })
  expect(approved.status).toBe(200)
  expect(patchDetailSchema.parse(await approved.json())).toMatchObject({ approved: true, status: 'queued' })
  expect(fixture.pipeline.lastCall('approve')).toEqual({
    id: question.patch.patch.patchId,
    by: 'ann',
    contentHash: question.contentHash,
    note: 'Fine.',
  })
})

it('lets nobody approve what they submitted, also not under another agent name', async () => {
  await using fixture = await startServer()
  for (const agent of ['ann', 'ann/helper']) {
    const { patch } = fixture.pipeline.park({ agent })
    const response = await fixture.ask('approver', 'POST', `/v1/patches/${patch.patch.patchId}/approve`, {})
    expect(response.status).toBe(403)
    expect(problemSchema.parse(await response.json()).code).toBe('SERVER_SELF_APPROVAL')
  }
  expect(fixture.pipeline.lastCall('approve')).toBeUndefined()
})

it('rejects with a note', async () => {
  await using fixture = await startServer()
  const { patch } = fixture.pipeline.park()
  const response = await fixture.ask('approver', 'POST', `/v1/patches/${patch.patch.patchId}/reject`, { note: 'No.' })
  expect(patchDetailSchema.parse(await response.json())).toMatchObject({ status: 'rejected', reason: 'No.' })
})
