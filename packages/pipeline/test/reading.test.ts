import { readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openPipeline } from '../src/index.ts'
import { newFileDiff, ThrowawayRepository } from './support/throwaway-repository.ts'

let repository: ThrowawayRepository
beforeEach(async () => {
  repository = await ThrowawayRepository.create({ 'src/cookie.ts': 'export function parseCookie() {}\n' })
})
afterEach(() => repository.dispose())

describe('reading', () => {
  it('needs no branch: with a detached HEAD, what is checked out is read', async () => {
    await repository.commit('second', { 'src/later.ts': 'export function later() {}\n' })
    await repository.git('checkout', '--quiet', '--detach', 'HEAD~1')
    const head = await repository.git('rev-parse', 'HEAD')
    const pipeline = await openPipeline({ directory: repository.directory, reading: true })
    try {
      const context = await pipeline.context({ task: 'parseCookie drops later quotes' })
      expect(context.stamp.commit).toBe(head)
      expect(context.files[0]?.path).toBe('src/cookie.ts')
      expect(await pipeline.symbols('parseCookie')).toHaveLength(1)
      expect(await pipeline.symbols('later')).toEqual([])
      const later = await pipeline.context({ task: 'later', commit: 'main' })
      expect(later.files[0]?.path).toBe('src/later.ts')
    } finally {
      await pipeline.close()
    }
    await expect(openPipeline({ directory: repository.directory })).rejects.toMatchObject({
      code: 'PIPELINE_TARGET_INVALID',
    })
  })

  it('names the state that uncommitted work makes', async () => {
    const pipeline = await repository.open()
    const ask = () => pipeline.context({ task: 'parseCookie', includeWip: true })
    const clean = await pipeline.context({ task: 'parseCookie' })
    expect(clean.overlay).toBeNull()
    await repository.write({ 'src/new.ts': 'export const parseCookieToo = 1\n' })
    const first = await ask()
    expect(first.stamp).toEqual(clean.stamp)
    expect(first.overlay).not.toBeNull()
    expect(first.overlay).not.toBe(clean.stamp.indexVersion)
    expect((await ask()).overlay).toBe(first.overlay)
    await repository.write({ 'src/new.ts': 'export const parseCookieToo = 2\n' })
    expect((await ask()).overlay).not.toBe(first.overlay)
  })

  it('makes a damaged name of the repository anew', async () => {
    const { repoId } = await repository.open()
    await repository.write({ '.git/patchlane/repo-id': '\u0000\ufffd damaged' })
    expect((await repository.open()).repoId).toBe(repoId)
  })
})

describe('references to other patches', () => {
  it('may be cut short, or be numbers', async () => {
    const pipeline = await repository.open()
    const first = await pipeline.propose({ text: newFileDiff('a.txt', ['a']) })
    const short = first.patch.patchId.slice(0, 8)
    const second = await pipeline.propose({ text: newFileDiff('b.txt', ['b']), dependsOn: [short, '1'] })
    expect(second.patch.dependsOn).toEqual([first.patch.patchId, first.patch.patchId])
    const third = await pipeline.propose({ text: newFileDiff('a.txt', ['A']), supersedes: short })
    expect(third.patch.supersedes).toBe(first.patch.patchId)
    await expect(pipeline.propose({ text: newFileDiff('c.txt', ['c']), dependsOn: ['ffff'] })).rejects.toMatchObject({
      code: 'PIPELINE_NOT_FOUND',
    })
  })

  it('tells who proposes what was made of an inexact text', async () => {
    const pipeline = await repository.open()
    const notes: string[] = []
    const text =
      '--- a/src/cookie.ts\n+++ b/src/cookie.ts\n@@ -7,1 +7,1 @@\n-export function parseCookie() {}\n+export const x = 1\n'
    const { patch } = await pipeline.propose({ text }, { onNote: (note) => notes.push(note) })
    expect(notes).toHaveLength(1)
    expect(patch.description).toContain(notes[0])
  })
})

describe('reading without a database', () => {
  it('goes on where the database is damaged, says so, and leaves it as it is', async () => {
    const whole = await repository.open()
    const first = await whole.context({ task: 'parseCookie' })
    await whole.close()
    const file = `${repository.directory}/.git/patchlane/patchlane.db`
    const damaged = Buffer.alloc(50_000, 'x')
    await writeFile(file, damaged)
    const pipeline = await openPipeline({ directory: repository.directory, reading: true })
    try {
      const context = await pipeline.context({ task: 'parseCookie' })
      expect(context.text).toBe(first.text)
      expect(context.stamp).toEqual(first.stamp)
      expect(context.notes.join()).toContain('patchlane.db')
    } finally {
      await pipeline.close()
    }
    expect(await readFile(file)).toEqual(damaged)
    await expect(repository.open()).rejects.toMatchObject({ code: 'DATABASE_CORRUPT' })
  })
})
