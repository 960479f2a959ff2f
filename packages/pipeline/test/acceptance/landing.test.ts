import { chmod, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lineDiff, newFileDiff, ThrowawayRepository } from '../support/throwaway-repository.ts'
import { visibleState } from '../support/visible-state.ts'

const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`)
let repository: ThrowawayRepository
beforeEach(async () => {
  repository = await ThrowawayRepository.create({ 'shared.txt': `${lines.join('\n')}\n`, 'other.txt': 'other\n' })
})
afterEach(() => repository.dispose())

it('lands patches in order: by priority, then as they were proposed', async () => {
  const pipeline = await repository.open()
  const propose = (title: string, line: number, priority = 0) =>
    pipeline.propose({ title, text: lineDiff('shared.txt', lines, line, title), priority })
  await propose('one', 2)
  await propose('two', 8)
  await propose('three', 14)
  await propose('urgent', 19, 5)
  const { settled } = await pipeline.gate.once()
  expect(settled.map(({ status }) => status)).toEqual(['landed', 'landed', 'landed', 'landed'])
  const log = await repository.git('log', '--reverse', '--format=%s')
  expect(log.split('\n')).toEqual(['first', 'urgent', 'one', 'two', 'three'])
  const text = await repository.git('show', 'main:shared.txt')
  expect(text.split('\n')).toEqual(
    lines.map((line, index) => ({ 1: 'one', 7: 'two', 13: 'three', 18: 'urgent' })[index] ?? line),
  )
})

it('keeps with a patch the index version it was made from: in its record and in its commit', async () => {
  const pipeline = await repository.open()
  const stamp = await pipeline.stamp()
  expect(stamp.indexVersion).toMatch(/^[0-9a-f]{64}$/)
  const { patch } = await pipeline.propose({ text: newFileDiff('new.txt', ['new']) })
  expect(patch.base).toEqual(stamp)
  await pipeline.gate.once()
  const landed = await pipeline.patches.get(patch.patchId)
  expect(landed).toMatchObject({ status: 'landed', patch: { base: stamp } })
  const trailer = (key: string) => repository.git('log', '-1', `--format=%(trailers:key=${key},valueonly)`)
  expect((await trailer('Patchlane-Index-Version')).trim()).toBe(stamp.indexVersion)
  expect((await trailer('Patchlane-Base')).trim()).toBe(stamp.commit)
  expect((await trailer('Patchlane-Patch')).trim()).toBe(patch.patchId)
})

it('applies a patch: several files, one commit, the checkout with it', async () => {
  const pipeline = await repository.open()
  const head = await repository.git('rev-parse', 'HEAD')
  const text = [
    lineDiff('shared.txt', lines, 5, 'changed'),
    newFileDiff('deep/new.txt', ['a', 'b']),
    'diff --git a/other.txt b/other.txt\ndeleted file mode 100644\n--- a/other.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-other\n',
  ].join('')
  const { patch } = await pipeline.propose({ text, title: 'Three files' })
  const { settled } = await pipeline.gate.once()
  expect(settled).toMatchObject([{ status: 'landed', patch: { patchId: patch.patchId } }])
  expect(await repository.git('rev-parse', 'HEAD~1')).toBe(head)
  const changed = await repository.git('diff', '--name-status', 'HEAD~1', 'HEAD')
  expect(changed.split('\n').sort()).toEqual(['A\tdeep/new.txt', 'D\tother.txt', 'M\tshared.txt'])
  expect(await repository.git('status', '--porcelain', '-uall')).toBe('')
  expect(await repository.git('fsck', '--strict', '--no-dangling')).toBe('')
})

it('finds a conflict and gives back markers and both sides', async () => {
  const pipeline = await repository.open()
  const base = (await pipeline.stamp()).commit
  const ours = await pipeline.propose({ text: lineDiff('shared.txt', lines, 10, 'ours'), base })
  const theirs = await pipeline.propose({ text: lineDiff('shared.txt', lines, 10, 'theirs'), base })
  await pipeline.gate.once()
  expect((await pipeline.patches.get(ours.patch.patchId)).status).toBe('landed')
  const { status, verdict } = await pipeline.patches.get(theirs.patch.patchId)
  expect(status).toBe('conflicted')
  const [conflict] = verdict?.conflicts ?? []
  expect(conflict).toMatchObject({ path: 'shared.txt', kind: 'content' })
  expect(conflict?.marked).toMatch(/<<<<<<<[^\n]*\nours\n[\s\S]*line 10\n=======\ntheirs\n>>>>>>>/)
  expect(conflict?.ours?.split('\n')[9]).toBe('ours')
  expect(conflict?.theirs?.split('\n')[9]).toBe('theirs')
  // What to start the next attempt from.
  expect(verdict?.head?.commit).toBe(await repository.git('rev-parse', 'HEAD'))
})

it('rolls a failed patch back to the byte', async () => {
  await repository.commit('modes and links', { 'tool.sh': '#!/bin/sh\n' })
  await chmod(join(repository.directory, 'tool.sh'), 0o755)
  await symlink('shared.txt', join(repository.directory, 'link'))
  await repository.commit('modes and links')
  await repository.write({ 'untracked.txt': 'of the user\n', 'other.txt': 'not committed\n' })
  const check = await repository.program(
    'refuse',
    `import { writeFileSync } from 'node:fs'
     // A check that also makes a mess.
     writeFileSync('mess.txt', 'mess')
     writeFileSync('shared.txt', 'overwritten')
     console.error('this must not land')
     process.exit(1)`,
  )
  const pipeline = await repository.open({ checks: { commands: [{ name: 'refuse', run: check }] } })
  const { patch } = await pipeline.propose({
    text: lineDiff('shared.txt', lines, 3, 'bad') + newFileDiff('left-over.txt', ['bad']),
  })
  const before = await visibleState(repository)
  await pipeline.gate.once()
  expect(await visibleState(repository)).toEqual(before)
  const { status, verdict } = await pipeline.patches.get(patch.patchId)
  expect(status).toBe('rejected')
  expect(verdict).toMatchObject({ code: 'CHECK_FAILED', rollback: { exact: true } })
  expect(verdict?.rollback?.before).toBe(verdict?.rollback?.after)
  expect(verdict?.checks[0]?.output).toContain('this must not land')
})
