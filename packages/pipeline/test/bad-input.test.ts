import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openPipeline, type Pipeline } from '../src/index.ts'
import { lineDiff, newFileDiff, ThrowawayRepository } from './support/throwaway-repository.ts'
import { visibleState } from './support/visible-state.ts'

let repository: ThrowawayRepository
beforeEach(async () => {
  repository = await ThrowawayRepository.create({ 'a.txt': 'one\ntwo\nthree\n' })
})
afterEach(() => repository.dispose())

describe('opening', () => {
  it('names a folder that is no repository', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'patchlane-none-'))
    await expect(openPipeline({ directory })).rejects.toMatchObject({
      code: 'GIT_NOT_A_REPOSITORY',
      kind: 'usage',
      message: expect.stringContaining(directory),
      remedy: expect.any(String),
    })
    await rm(directory, { recursive: true })
  })

  it('names an unknown key of the configuration', async () => {
    await repository.write({ 'patchlane.config.json': '{"concurency": 3}' })
    await expect(repository.open()).rejects.toMatchObject({
      code: 'PIPELINE_CONFIG_INVALID',
      kind: 'usage',
      message: expect.stringContaining('concurency'),
    })
  })

  it('names a target that is not there, and says how to make it', async () => {
    const { directory } = repository
    await expect(openPipeline({ directory, target: 'nowhere' })).rejects.toMatchObject({
      code: 'PIPELINE_TARGET_INVALID',
      remedy: 'Create it: git branch nowhere',
    })
  })
})

const outside = newFileDiff('x', ['x'])
const proposals = [
  [
    'a malformed diff',
    '--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\nthis is no line of a diff\n',
    'PATCH_QUEUE_MALFORMED_PATCH',
  ],
  ['a diff for a file that does not exist', lineDiff('gone.txt', ['one', 'two'], 1, 'x'), 'PATCH_QUEUE_FILE_MISSING'],
  ['a diff that does not fit', lineDiff('a.txt', ['uno', 'due'], 1, 'x'), 'PATCH_QUEUE_EDIT_NOT_FOUND'],
  ['an empty patch', '', 'PATCH_QUEUE_EMPTY_PATCH'],
  ['a path outside of the tree', outside.replaceAll('/x', '/../x'), 'KERNEL_UNSAFE_PATH'],
  ['an absolute path', outside.replaceAll('b/x', 'b//etc/x'), 'KERNEL_UNSAFE_PATH'],
  ["a path in git's folder", outside.replaceAll('/x', '/.git/hooks/x'), 'KERNEL_UNSAFE_PATH'],
] as const

it.each(proposals)('refuses %s, says what to do, and changes nothing', async (_what, text, code) => {
  const pipeline = await repository.open()
  const before = await visibleState(repository)
  await expect(pipeline.propose({ text })).rejects.toMatchObject({
    code,
    kind: expect.stringMatching(/usage|conflict/),
    remedy: expect.any(String),
  })
  expect(await pipeline.patches.list()).toEqual([])
  expect(await visibleState(repository)).toEqual(before)
})

const modeDiff = (path: string, mode: string, content: string) =>
  newFileDiff(path, [content]).replace('new file mode 100644', `new file mode ${mode}`)
const named = (path: string) => newFileDiff('x', ['x']).replaceAll('/x', `/${path}`)
/** Refused where it is proposed or, if only the target can tell, at the gate. */
const hostile: [what: string, proposal: () => { text: string; base?: string }, code: string][] = [
  ["git's folder in capitals", () => ({ text: named('.GIT/hooks/pre-commit') }), 'KERNEL_UNSAFE_PATH'],
  ["git's folder by its short name", () => ({ text: named('git~1/config') }), 'KERNEL_UNSAFE_PATH'],
  [
    "git's folder with a character that Macs ignore",
    () => ({ text: named('.g\u200cit/config') }),
    'KERNEL_UNSAFE_PATH',
  ],
  ['a NUL byte in a path', () => ({ text: named('a\0b') }), 'KERNEL_UNSAFE_PATH'],
  ['a device name', () => ({ text: named('docs/con.txt') }), 'KERNEL_UNSAFE_PATH'],
  [
    'a link that leaves the tree',
    () => ({ text: modeDiff('link', '120000', '../../etc/passwd') }),
    'PATCH_LINK_REFUSED',
  ],
  ['a link to an absolute path', () => ({ text: modeDiff('link', '120000', '/etc/passwd') }), 'PATCH_LINK_REFUSED'],
  [
    'a submodule',
    () => ({ text: modeDiff('sub', '160000', `Subproject commit ${'1'.repeat(40)}`) }),
    'PATCH_QUEUE_MALFORMED_PATCH',
  ],
  ['a name that differs by case from one in the target', () => ({ text: named('A.TXT') }), 'PATCH_PATH_COLLISION'],
  [
    'a name that another Unicode form makes the same as one beside it',
    () => ({ text: named('caf\u00e9') + named('cafe\u0301') }),
    'KERNEL_UNSAFE_PATH',
  ],
  ['a base that does not exist', () => ({ text: outside, base: 'f'.repeat(40) }), 'GIT_OBJECT_NOT_FOUND'],
  ['a file of 100 MB', () => ({ text: newFileDiff('big', ['x'.repeat(100_000_000)]) }), 'PATCH_QUEUE_PATCH_TOO_LARGE'],
  ['a file over the limit', () => ({ text: newFileDiff('big', ['x'.repeat(20_000_001)]) }), 'PATCH_FILE_TOO_LARGE'],
  [
    'ten thousand files',
    () => ({ text: Array.from({ length: 10_000 }, (_, n) => newFileDiff(`many/${n}`, ['x'])).join('') }),
    'PATCH_QUEUE_PATCH_TOO_LARGE',
  ],
]

it.each(hostile)('lets nothing through with %s', async (_what, proposal, code) => {
  const pipeline = await repository.open()
  const before = await visibleState(repository)
  const refused = await pipeline.propose(proposal()).then(
    async ({ patch }) => {
      await pipeline.gate.once()
      const { status, verdict } = await pipeline.patches.get(patch.patchId)
      expect(status).toBe('rejected')
      return verdict
    },
    (thrown: unknown) => thrown,
  )
  expect(refused).toMatchObject({ code, message: expect.any(String), remedy: expect.any(String) })
  expect(await visibleState(repository)).toEqual(before)
})

describe('uncommitted work in the way', () => {
  let pipeline: Pipeline
  const propose = () => pipeline.propose({ text: lineDiff('a.txt', ['one', 'two', 'three'], 3, 'of the agent') })
  beforeEach(async () => {
    pipeline = await repository.open()
  })

  it('parks the patch, names the files, and lands it after the user has committed', async () => {
    await repository.write({ 'a.txt': 'of the user\ntwo\nthree\n' })
    const before = await visibleState(repository)
    const { patch } = await propose()
    await pipeline.gate.once()
    expect(await visibleState(repository)).toEqual(before)
    const parked = await pipeline.patches.get(patch.patchId)
    expect(parked).toMatchObject({ status: 'awaiting_approval', parkedFor: 'checkout' })
    expect(parked.verdict).toMatchObject({ overlaps: ['a.txt'], remedy: expect.any(String) })
    // It stays where it is while the work is in the way.
    await pipeline.gate.once()
    expect((await pipeline.patches.get(patch.patchId)).status).toBe('awaiting_approval')

    await repository.commit('of the user')
    await pipeline.gate.once()
    const { status, verdict } = await pipeline.patches.get(patch.patchId)
    expect({ status, message: verdict?.message }).toMatchObject({ status: 'landed' })
    expect(await repository.git('show', 'main:a.txt')).toBe('of the user\ntwo\nof the agent')
    expect(await repository.git('status', '--porcelain', '-uall')).toBe('')
  })

  it('lands it after the user has taken the work back', async () => {
    await repository.write({ 'a.txt': 'of the user\n' })
    const { patch } = await propose()
    await pipeline.gate.once()
    await repository.git('checkout', '--', 'a.txt')
    await pipeline.gate.once()
    expect((await pipeline.patches.get(patch.patchId)).status).toBe('landed')
    expect(await repository.git('show', 'main:a.txt')).toBe('one\ntwo\nof the agent')
  })

  it('lands what touches other files, with the work left as it is', async () => {
    await repository.write({ 'a.txt': 'of the user\n', 'new.txt': 'new\n' })
    const { patch } = await pipeline.propose({ text: newFileDiff('b.txt', ['b']) })
    await pipeline.gate.once()
    expect((await pipeline.patches.get(patch.patchId)).status).toBe('landed')
    expect(await repository.git('status', '--porcelain', '-uall')).toBe(' M a.txt\n?? new.txt')
  })
})
