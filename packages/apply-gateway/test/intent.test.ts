import { mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { temporaryRepository } from '@patchlane/git/testing'
import { objectIdSchema, patchIdSchema } from '@patchlane/kernel'
import { identityOf } from '@patchlane/process'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Intent, IntentJournal } from '../src/git-branch/intent.ts'
import { restoreFiles } from '../src/git-branch/restore-files.ts'

const synced: string[] = []
vi.mock(import('../src/files.ts'), async (load) => {
  const files = await load()
  return {
    ...files,
    syncFolder: async (path: string) => {
      await files.syncFolder(path)
      synced.push(path)
    },
  }
})

let top: string
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'patchlane-journal-'))
  synced.length = 0
})
afterEach(() => rm(top, { recursive: true, force: true }))

async function intentOf(checkout: Intent['checkout'] = null): Promise<Intent> {
  const owner = await identityOf()
  if (owner === undefined) throw new Error('no name for this process')
  const oid = (digit: string) => objectIdSchema.parse(digit.repeat(40))
  const patchId = patchIdSchema.parse('44444444-4444-4444-8444-444444444444')
  const names = { patchId, ref: 'refs/heads/main', token: 'token' }
  return { ...names, old: oid('1'), new: oid('2'), owner, startedAt: Date.now(), checkout }
}

it('makes the way to its folder durable too, whoever made it, and again where it was removed', async () => {
  const folder = join(top, 'patchlane', 'landing')
  const way = [folder, dirname(folder), top].sort()
  const intent = await intentOf()
  const journal = new IntentJournal(join(folder, 'main.jsonl'))
  const landing = async () => {
    synced.length = 0
    expect(await journal.begin(intent)).toBe(true)
    const before = [...synced].sort()
    await journal.end(intent)
    return before
  }
  expect(await landing()).toEqual(way)
  expect(await landing()).toEqual([folder])
  await rmdir(folder)
  expect(await landing()).toEqual(way)
  // The folder is there, but perhaps not for long: the process that made it may have died.
  const next = new IntentJournal(join(folder, 'main.jsonl'))
  synced.length = 0
  expect(await next.begin(intent)).toBe(true)
  expect([...synced].sort()).toEqual(way)
})

it('removes the index that a killed recovery left, when all files are right already', async () => {
  const sandbox = await temporaryRepository({ a: 'a\n' })
  try {
    const { directory, repository } = sandbox
    const gitDir = join(directory, '.git')
    const left = join(gitDir, 'patchlane-restore-token')
    await writeFile(left, '')
    const intent = await intentOf({ gitDir, workTree: directory, paths: [], newFolders: [] })
    expect(await restoreFiles(repository, intent)).toEqual([])
    await expect(rm(left)).rejects.toThrow('ENOENT')
  } finally {
    await sandbox.remove()
  }
})
