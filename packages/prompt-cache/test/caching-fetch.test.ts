import { type ModelReply, startModelServer } from '@patchlane/kernel/testing'
import { expect, it, onTestFinished } from 'vitest'
import { cachingFetch, MemoryCacheStore, PromptCache, PromptHasher } from '../src/index.ts'

async function open(reply: () => ModelReply = () => 'said') {
  const server = await startModelServer(reply)
  onTestFinished(() => server.close())
  const cache = new PromptCache<unknown>({
    store: new MemoryCacheStore(),
    hasher: new PromptHasher({ tenant: 'test' }),
    parse: (json) => json,
  })
  const fetch = cachingFetch({ cache, provider: 'openai' })
  const ask = (content: string, more: object = {}, signal?: AbortSignal) =>
    fetch(`${server.openAiUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], ...more }),
      ...(signal === undefined ? {} : { signal }),
    })
  return { server, ask, fetch }
}

it('asks identical questions once, and others each', async () => {
  const { server, ask } = await open()
  const answers = await Promise.all(['a', 'a', 'b'].map(async (content) => (await ask(content)).json()))
  expect(answers[0]).toMatchObject({ choices: [{ message: { content: 'said' } }] })
  expect(answers[1]).toEqual(answers[0])
  await ask('a')
  expect(server.questions).toHaveLength(2)
  await ask('a', { temperature: 1 })
  expect(server.questions).toHaveLength(3)
})

it('hands a refusal on as it is, and does not keep it', async () => {
  let status = 429
  const { server, ask } = await open(() => (status === 200 ? 'said' : { status }))
  const refused = await Promise.all([ask('a'), ask('a')])
  expect(await Promise.all(refused.map(async (one) => [one.status, await one.json()]))).toEqual(
    Array(2).fill([429, { error: expect.objectContaining({ type: 'error' }) }]),
  )
  status = 200
  expect((await ask('a')).ok).toBe(true)
  expect(server.questions).toHaveLength(2)
})

it('lets streams and what is no question pass through', async () => {
  const { server, ask, fetch } = await open()
  await ask('a', { stream: true })
  await ask('a', { stream: true })
  expect(server.questions).toHaveLength(2)
  await expect(fetch('data:text/plain,hello').then((one) => one.text())).resolves.toBe('hello')
})

it('ends with its signal', async () => {
  const { ask } = await open()
  await expect(ask('a', {}, AbortSignal.abort())).rejects.toThrow()
})
