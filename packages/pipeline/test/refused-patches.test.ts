import { repoIdSchema, targetNameSchema } from '@patchlane/kernel'
import { patchFixture } from '@patchlane/kernel/testing'
import { MemoryPatchQueue } from '@patchlane/patch-queue'
import { expect, it } from 'vitest'
import { RefusedPatches } from '../src/wiring/refused-patches.ts'

it('remembers the patches of its target that did not land, with what was said of them', async () => {
  const patch = patchFixture({ title: 'Drop the retry' })
  const target = { repoId: repoIdSchema.parse(patch.repoId), target: targetNameSchema.parse(patch.target) }
  const queue = new MemoryPatchQueue()
  await queue.propose(patch)
  const memory = new RefusedPatches(queue, target)
  expect(await memory.notes()).toEqual([])
  const lease = await queue.lease({ ...target, owner: 'gateway-1' })
  if (lease === undefined) throw new Error('no lease')
  await queue.claim(lease, 1)
  await queue.move(lease, patch.patchId, 'staged')
  await queue.move(lease, patch.patchId, 'checking')
  const tests = { check: 'pytest', kind: 'tests', outcome: 'failed', summary: '1 of 3 failed', durationMs: 5 } as const
  const verdict = { status: 'rejected', code: 'CHECK_FAILED', message: 'A check failed.', remedy: 'Keep it.' } as const
  await queue.settle(lease, patch.patchId, { ...verdict, checks: [tests] })
  expect(await memory.notes()).toEqual([
    {
      title: 'An earlier patch, rejected: Drop the retry',
      text: 'A check failed.\npytest: 1 of 3 failed\nKeep it.',
      paths: patch.changes.map(({ path }) => path),
    },
  ])
  const other = new RefusedPatches(queue, { ...target, target: targetNameSchema.parse('refs/heads/other') })
  expect(await other.notes()).toEqual([])
  await queue.close()
})
