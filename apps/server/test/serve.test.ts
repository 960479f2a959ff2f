import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { serve } from '../src/index.ts'
import { contextViewSchema, indexSummarySchema, stampViewSchema, statusViewSchema } from '../src/wire/index.ts'
import { FakePipeline, HEAD } from './fake-pipeline.ts'
import { startServer, tokens } from './serve-fixture.ts'

const silent = pino({ level: 'silent' })
const operationSchema = z.object({ security: z.json().optional(), requestBody: z.json().optional() })
const openapiSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), operationSchema)) })

it('serves contexts, index versions and the status', async () => {
  await using fixture = await startServer()
  const context = await fixture.ask('reader', 'POST', '/v1/context', { task: 'fix login', limit: 1 })
  expect(contextViewSchema.parse(await context.json()).files.map((file) => file.path)).toEqual(['src/a.ts'])
  expect((await fixture.ask('reader', 'POST', '/v1/context', { task: 'x', includeWip: true })).status).toBe(400)
  const stamp = await fixture.ask('reader', 'GET', '/v1/index-version')
  expect(stampViewSchema.parse(await stamp.json()).commit).toBe(HEAD)
  const index = await fixture.ask('approver', 'POST', '/v1/index', {})
  expect(indexSummarySchema.parse(await index.json()).versionId).toBe(7)
  fixture.pipeline.add()
  const status = await fixture.ask('reader', 'GET', '/v1/status')
  expect(statusViewSchema.parse(await status.json())).toMatchObject({ queue: { queued: 1 }, waiting: [{ seq: 1 }] })
})

it('tells Prometheus how the queue and the index do', async () => {
  await using fixture = await startServer()
  const metrics = await fixture.ask('reader', 'GET', '/v1/metrics')
  expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(await metrics.text()).toContain('\npatchlane_target_leased 0\n')
})

it('describes every route in OpenAPI, with the bearer scheme', async () => {
  await using fixture = await startServer()
  const document = openapiSchema.parse(await (await fixture.ask(null, 'GET', '/openapi.json')).json())
  expect(Object.keys(document.paths).sort()).toEqual([
    '/healthz',
    '/v1/approvals',
    '/v1/context',
    '/v1/events',
    '/v1/index',
    '/v1/index-version',
    '/v1/metrics',
    '/v1/patches',
    '/v1/patches/{id}',
    '/v1/patches/{id}/approve',
    '/v1/patches/{id}/diff',
    '/v1/patches/{id}/reject',
    '/v1/patches/{id}/withdraw',
    '/v1/status',
  ])
  expect(document.paths['/v1/patches']?.post?.security).toEqual([{ bearer: [] }])
  expect(document.paths['/v1/patches']?.post?.requestBody).toHaveProperty([
    'content',
    'application/json',
    'schema',
    'properties',
    'text',
  ])
})

it('lands patches in this process when asked, and stops cleanly', async () => {
  const pipeline = new FakePipeline()
  pipeline.add()
  const server = await serve({ directory: '.', port: 0, tokens, openPipeline: async () => pipeline, logger: silent })
  const health = await (await fetch(`${server.url}/healthz`)).json()
  expect(health).toEqual({ status: 'ok', gate: 'running' })
  expect(pipeline.queue[0]?.status).toBe('landed')
  await Promise.all([server.close(), server.close()])
  expect(pipeline.closed).toBe(1)
})

it('starts a failed gate again', async () => {
  const pipeline = new FakePipeline()
  pipeline.failNext = new Error('the database went away')
  const server = await serve({ directory: '.', port: 0, tokens, openPipeline: async () => pipeline, logger: silent })
  await expect.poll(() => pipeline.calls.filter((call) => call.name === 'gate.watch').length, { timeout: 5000 }).toBe(2)
  await server.close()
})

it('takes tokens from the environment, or makes them on this machine only', async () => {
  const options = { directory: '.', port: 0, gate: false, openPipeline: async () => new FakePipeline(), logger: silent }
  const chosen = await serve({ ...options, env: { PATCHLANE_TOKENS: 'zoe:agent:0123456789abcdef' } })
  expect(chosen).toMatchObject({ generated: false, tokens: [{ name: 'zoe' }] })
  await chosen.close()
  const made = await serve({ ...options, env: {} })
  expect(made).toMatchObject({ generated: true, tokens: [{ role: 'agent' }, { role: 'approver' }] })
  await made.close()
  await expect(serve({ ...options, env: {}, host: '0.0.0.0' })).rejects.toMatchObject({
    code: 'SERVER_EXPOSED_WITHOUT_TOKENS',
  })
})

it('says so when the port is taken, and gives the repository back', async () => {
  await using fixture = await startServer()
  const port = Number(new URL(fixture.server.url).port)
  const pipeline = new FakePipeline()
  const failing = serve({ directory: '.', port, tokens, openPipeline: async () => pipeline, logger: silent })
  await expect(failing).rejects.toMatchObject({ code: 'SERVER_LISTEN', kind: 'environment' })
  expect(pipeline.closed).toBe(1)
})

it('has a reference that names every route', async () => {
  await using fixture = await startServer()
  const document = openapiSchema.parse(await (await fixture.ask(null, 'GET', '/openapi.json')).json())
  const file = join(import.meta.dirname, '..', '..', '..', 'docs', 'reference', 'server.md')
  const reference = await readFile(file, 'utf8')
  for (const [path, operations] of Object.entries(document.paths))
    for (const method of Object.keys(operations))
      expect(reference).toContain(`\`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`)
})
