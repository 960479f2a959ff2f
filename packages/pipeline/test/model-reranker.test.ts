import { type ModelQuestion, type ModelReply, type ModelServer, startModelServer } from '@patchlane/kernel/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ThrowawayRepository } from './support/throwaway-repository.ts'

let repository: ThrowawayRepository
let server: ModelServer
let reply: (question: ModelQuestion) => ModelReply

beforeEach(async () => {
  const names = ['alpha', 'beta', 'gamma']
  repository = await ThrowawayRepository.create(
    Object.fromEntries(names.map((name) => [`src/${name}.ts`, `export const ${name}Quote = 1\n`])),
  )
  server = await startModelServer((question) => reply(question))
})
afterEach(async () => {
  await repository.dispose()
  await server.close()
})

const withModel = () =>
  repository.open({
    context: { reranker: { provider: 'openai', model: 'm-1', baseUrl: server.openAiUrl, retries: 0 } },
  })
const pathsOf = ({ files }: { files: readonly { path: string }[] }) => files.map(({ path }) => path)
const task = 'quotes of alpha beta gamma'

it('lets the configured model order the first files, and gives the same answer another day', async () => {
  const plain = await (await repository.open()).context({ task })
  expect(server.questions).toHaveLength(0)
  reply = ({ messages }) =>
    `<order-${/<task-(\w+)>/.exec(messages[0]?.text ?? '')?.[1]}>3, 2, 1</order-${/<task-(\w+)>/.exec(messages[0]?.text ?? '')?.[1]}>`
  const reranked = await (await withModel()).context({ task })
  expect(pathsOf(reranked)).toEqual(pathsOf(plain).reverse())
  reply = () => ({ status: 500 })
  const again = await (await withModel()).context({ task })
  expect(again.text).toBe(reranked.text)
  expect(again.notes).toEqual([])
  expect(server.questions).toHaveLength(1)
})

it('goes on without the model when it fails, and says so', async () => {
  reply = () => ({ status: 500 })
  const plain = await (await repository.open()).context({ task })
  const context = await (await withModel()).context({ task })
  expect(pathsOf(context)).toEqual(pathsOf(plain))
  expect(context.notes.join()).toContain('not re-ranked')
})
