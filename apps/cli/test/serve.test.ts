import { Writable } from 'node:stream'
import { createLogger, serve } from '@patchlane/server'
import { expect, it } from 'vitest'
import { serveOutputSchema } from '../src/output/index.ts'
import { Cli } from './cli-fixture.ts'

it('serves over HTTP until Ctrl-C, with tokens made for this start', async () => {
  const cli = new Cli()
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const logger = createLogger({ destination: nowhere })
  cli.services = { ...cli.services, serve: (options) => serve({ ...options, logger }) }
  cli.pipeline.add({ title: 'Lands here' })

  const serving = cli.run('serve', '--port', '0', '--json')
  await expect.poll(() => cli.out).not.toBe('')
  const { url, tokens } = serveOutputSchema.parse(cli.json)
  const [agent] = tokens
  const answer = await fetch(`${url}/v1/patches`, { headers: { authorization: `Bearer ${agent?.secret}` } })
  expect(await answer.json()).toMatchObject({ patches: [{ title: 'Lands here', status: 'landed' }] })

  cli.io.interrupt('SIGTERM')
  expect(await serving).toBe(0)
  expect(cli.pipeline.closed).toBe(1)
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
})

it('does not serve other machines with tokens nobody chose', async () => {
  const cli = new Cli()
  cli.services = { ...cli.services, serve }
  expect(await cli.run('serve', '--port', '0', '--host', '0.0.0.0', '--json')).toBe(2)
  expect(cli.json).toMatchObject({ error: { code: 'SERVER_EXPOSED_WITHOUT_TOKENS' } })
})
