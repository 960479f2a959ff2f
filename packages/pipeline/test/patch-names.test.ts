import { afterEach, beforeEach, expect, it } from 'vitest'
import { newFileDiff, ThrowawayRepository } from './support/throwaway-repository.ts'

let repository: ThrowawayRepository
beforeEach(async () => {
  repository = await ThrowawayRepository.create({ 'a.txt': 'one\n' })
})
afterEach(() => repository.dispose())

it('finds a patch by its id, the beginning of it, or its number', async () => {
  const pipeline = await repository.open()
  const { patch } = await pipeline.propose({ text: newFileDiff('b.txt', ['b']) })
  const second = await pipeline.propose({ text: newFileDiff('c.txt', ['c']) })
  const found = async (name: string) => (await pipeline.patches.get(name)).patch.patchId
  expect(await found(patch.patchId)).toBe(patch.patchId)
  expect(await found(patch.patchId.slice(0, 8).toUpperCase())).toBe(patch.patchId)
  expect(await found('1')).toBe(patch.patchId)
  expect(await found(`#${second.seq}`)).toBe(second.patch.patchId)
  await expect(pipeline.patches.get('')).rejects.toMatchObject({ code: 'PIPELINE_NOT_FOUND' })
  await expect(pipeline.patches.get('zzzz')).rejects.toMatchObject({ remedy: expect.stringContaining('queue list') })
})
