import { type ModelQuestion, type ModelReply, type ModelServer, startModelServer } from '@patchlane/kernel/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { PatchlaneConfigInput } from '../src/index.ts'
import { lineDiff, ThrowawayRepository } from './support/throwaway-repository.ts'
import { visibleState } from './support/visible-state.ts'

const line = 'export const total = sum(items)'
const both = 'export const total = sum(items.filter(paid)) * rate'
let repository: ThrowawayRepository
let server: ModelServer
let reply: (question: ModelQuestion, asked: number) => ModelReply
let first: string

beforeEach(async () => {
  repository = await ThrowawayRepository.create({ 'src/total.ts': `${line}\n`, 'other.txt': 'a\n' })
  first = await repository.git('rev-parse', 'HEAD')
  let asked = 0
  server = await startModelServer((question) => reply(question, ++asked))
})
afterEach(async () => {
  await repository.dispose()
  await server.close()
})

const tagOf = ({ messages }: ModelQuestion) => /<base-(\w+)>/.exec(messages[0]?.text ?? '')?.[1]
const resolved = (question: ModelQuestion, text: string) =>
  `<resolution-${tagOf(question)} conflict="1">\n${text}\n</resolution-${tagOf(question)}>`
const withModel = (model: Partial<NonNullable<NonNullable<PatchlaneConfigInput['merge']>['resolver']>> = {}) =>
  repository.open({
    merge: { resolver: { provider: 'openai', model: 'm-1', baseUrl: server.openAiUrl, retries: 0, ...model } },
  })

/** Two patches on one base that change one line each in its own way; the first has landed. */
async function collide(pipeline: Awaited<ReturnType<typeof withModel>>) {
  const edit = (text: string, title: string, description: string) =>
    pipeline.propose({ text: lineDiff('src/total.ts', [line], 1, text), base: first, title, description, agent: title })
  await edit('export const total = sum(items) * rate', 'Apply the rate', 'Totals are in the currency of the shop.')
  await pipeline.gate.once()
  return edit('export const total = sum(items.filter(paid))', 'Count what is paid', 'Open items are not ours yet.')
}

it('asks the model with both intents, and then a person about what it wrote', async () => {
  reply = (question) => resolved(question, both)
  const pipeline = await withModel()
  const { patch } = await collide(pipeline)
  const before = await visibleState(repository)
  await pipeline.gate.once()
  const [question] = server.questions
  for (const part of ['Apply the rate', 'currency of the shop', 'Count what is paid', 'Open items', 'src/total.ts'])
    expect(question?.messages[0]?.text).toContain(part)
  expect(question?.messages[0]?.text).not.toContain('Patchlane-')
  expect(await visibleState(repository)).toEqual(before)
  const [asked] = await pipeline.approvals.list()
  expect(asked).toMatchObject({ patch: { patch: { patchId: patch.patchId } }, risk: { level: 'high' } })
  expect(asked?.risk.reasons.join()).toContain('settled by a resolver')
  expect(asked?.diff).toContain(`+${both}`)
})

it('lands what was approved, whatever the model would say today', async () => {
  reply = (question) => resolved(question, both)
  const { patch } = await collide(await withModel())
  await (await withModel()).gate.once()
  reply = (question) => resolved(question, 'export const total = rate * sum(items.filter(paid))')
  const later = await withModel()
  await later.approvals.approve(patch.patchId, { by: 'Ada' })
  await later.gate.once()
  expect(await repository.git('show', 'main:src/total.ts')).toBe(both)
  expect(server.questions).toHaveLength(1)
})

it('tells the agent why the model left the conflict', async () => {
  reply = (question) => `<leave-${tagOf(question)}>They exclude each other.</leave-${tagOf(question)}>`
  const pipeline = await withModel()
  const { patch } = await collide(pipeline)
  await pipeline.gate.once()
  const { status, verdict } = await pipeline.patches.get(patch.patchId)
  expect(status).toBe('conflicted')
  expect(JSON.stringify(verdict)).toContain('They exclude each other.')
})

it('is a conflict like any other when there is no key, or no model answers', async () => {
  reply = () => ({ status: 500 })
  for (const [model, said] of [
    [{ apiKeyEnv: 'PATCHLANE_TEST_NO_KEY' }, 'PATCHLANE_TEST_NO_KEY'],
    [{ provider: 'anthropic', baseUrl: server.anthropicUrl }, 'the resolver failed'],
  ] as const) {
    const pipeline = await withModel(model)
    const { patch } = await collide(pipeline)
    await pipeline.gate.once()
    const { status, verdict } = await pipeline.patches.get(patch.patchId)
    expect(status).toBe('conflicted')
    expect(JSON.stringify(verdict)).toContain(said)
    await repository.git('reset', '--quiet', '--hard', first)
  }
})

it('asks no model where none is configured', async () => {
  reply = () => ({ status: 500 })
  const pipeline = await repository.open()
  const { patch } = await collide(pipeline)
  await pipeline.gate.once()
  expect((await pipeline.patches.get(patch.patchId)).status).toBe('conflicted')
  expect(server.questions).toHaveLength(0)
})
