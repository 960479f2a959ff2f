import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Pipeline } from '../src/index.ts'
import { lineDiff, newFileDiff, ThrowawayRepository } from './support/throwaway-repository.ts'

const lines = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`)
let repository: ThrowawayRepository
let pipeline: Pipeline
beforeEach(async () => {
  repository = await ThrowawayRepository.create({ 'a.txt': `${lines.join('\n')}\n` })
  pipeline = await repository.open()
})
afterEach(() => repository.dispose())

async function land(text: string, title: string): Promise<string> {
  const { patch } = await pipeline.propose({ text, title })
  await pipeline.gate.once()
  expect((await pipeline.patches.get(patch.patchId)).status).toBe('landed')
  return patch.patchId
}

it('takes a landed patch out again, and leaves what landed after it', async () => {
  const first = await land(lineDiff('a.txt', lines, 2, 'first') + newFileDiff('new.txt', ['new']), 'First')
  await land(lineDiff('a.txt', lines, 10, 'second'), 'Second')
  const preview = await pipeline.undo({ patchId: first })
  expect(preview.patches.map(({ patch }) => patch.patchId)).toEqual([first])
  expect(preview.diff).toContain('-first\n+line 2')
  // A preview is not a deed.
  expect(await repository.git('show', 'main:new.txt')).toBe('new')

  const [undo] = await preview.propose()
  expect(undo?.patch).toMatchObject({ kind: 'undo', undoes: first })
  const { settled } = await pipeline.gate.once()
  expect(settled.map(({ status }) => status)).toEqual(['landed'])
  const text = await repository.git('show', 'main:a.txt')
  expect(text.split('\n')).toEqual(lines.map((line, index) => (index === 9 ? 'second' : line)))
  expect(await repository.git('ls-tree', '--name-only', 'main')).toBe('a.txt')
  expect(await repository.git('status', '--porcelain', '-uall')).toBe('')
})

it('refuses to take out what later patches build on, and names them', async () => {
  const first = await land(lineDiff('a.txt', lines, 2, 'first'), 'First')
  const second = await land(lineDiff('a.txt', ['line 1', 'first', ...lines.slice(2)], 2, 'first and second'), 'Second')
  await expect(pipeline.undo({ patchId: first })).rejects.toMatchObject({
    code: 'APPLY_GATEWAY_UNDO_REFUSED',
    dependents: [second],
  })
})

it('refuses to take out what never landed', async () => {
  const { patch } = await pipeline.propose({ text: newFileDiff('b.txt', ['b']) })
  await expect(pipeline.undo({ patchId: patch.patchId })).rejects.toMatchObject({ code: 'APPLY_GATEWAY_UNDO_REFUSED' })
  await expect(pipeline.undo({ patchId: 'ffffffff' })).rejects.toMatchObject({ code: 'PIPELINE_NOT_FOUND' })
})
