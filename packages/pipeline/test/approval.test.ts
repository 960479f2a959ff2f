import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Pipeline } from '../src/index.ts'
import { newFileDiff, ThrowawayRepository } from './support/throwaway-repository.ts'
import { visibleState } from './support/visible-state.ts'

const workflow = '.github/workflows/test.yml'
let repository: ThrowawayRepository
let pipeline: Pipeline
beforeEach(async () => {
  repository = await ThrowawayRepository.create({ 'a.txt': 'a\n' })
  pipeline = await repository.open()
})
afterEach(() => repository.dispose())

async function parked(): Promise<string> {
  const { patch } = await pipeline.propose({ text: newFileDiff(workflow, ['on: push']), agent: 'robot' })
  const before = await visibleState(repository)
  const report = await pipeline.gate.once()
  expect(report.parked.map((entry) => entry.patch.patchId)).toEqual([patch.patchId])
  expect(await visibleState(repository)).toEqual(before)
  return patch.patchId
}

it('parks a patch that touches continuous integration, and says why', async () => {
  const patchId = await parked()
  expect(await pipeline.patches.get(patchId)).toMatchObject({ status: 'awaiting_approval', parkedFor: 'approval' })
  const [question, ...others] = await pipeline.approvals.list()
  expect(others).toEqual([])
  expect(question).toMatchObject({ patch: { patch: { patchId } }, risk: { level: 'high' } })
  expect(question?.risk.reasons.join()).toContain('continuous integration')
  expect(question?.diff).toContain(`+++ b/${workflow}`)
  // Nothing but an answer moves it.
  await pipeline.gate.once()
  expect((await pipeline.patches.get(patchId)).status).toBe('awaiting_approval')
})

it('lands what a person approved, even one who answers in another process', async () => {
  const patchId = await parked()
  const { contentHash } = await pipeline.approvals.get(patchId)
  const elsewhere = await repository.open()
  await elsewhere.approvals.approve(patchId.slice(0, 8), { by: 'Ada', note: 'seen', contentHash })
  // Another patch may not slip in before it.
  await pipeline.propose({ text: newFileDiff('later.txt', ['later']), priority: 9 })
  const { settled } = await pipeline.gate.once()
  expect(settled.map(({ status }) => status)).toEqual(['landed', 'landed'])
  expect(settled[0]?.patch.patchId).toBe(patchId)
  expect(await repository.git('show', `main:${workflow}`)).toBe('on: push')
  expect(await pipeline.approvals.list()).toEqual([])
})

it('rejects what a person refused', async () => {
  const patchId = await parked()
  const before = await visibleState(repository)
  await pipeline.approvals.reject(patchId, { by: 'Ada', note: 'not now' })
  await pipeline.gate.once()
  const { status, verdict } = await pipeline.patches.get(patchId)
  expect(status).toBe('rejected')
  expect(verdict?.message).toContain('not now')
  expect(await visibleState(repository)).toEqual(before)
})

it('takes no answer from the author, nor one about something else', async () => {
  const patchId = await parked()
  await expect(pipeline.approvals.approve(patchId, { by: 'robot' })).rejects.toMatchObject({
    code: 'APPROVAL_BY_AUTHOR',
    kind: 'approval',
  })
  await expect(pipeline.approvals.approve(patchId, { by: 'Ada', contentHash: '0'.repeat(64) })).rejects.toMatchObject({
    code: 'PIPELINE_APPROVAL_MISMATCH',
    kind: 'stale',
  })
  expect((await pipeline.patches.get(patchId)).status).toBe('awaiting_approval')
  await pipeline.gate.once()
  expect(await repository.git('ls-tree', '-r', '--name-only', 'main')).toBe('a.txt')
})
