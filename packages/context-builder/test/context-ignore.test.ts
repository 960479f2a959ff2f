import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FileChange, parseRepoPath } from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CodeIndex, type CodeView, findSymbols, MemoryTreeReader } from '../src/index.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchlane-ignore-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

const files = {
  'src/a.ts': 'export function alpha() {}\n',
  'src/legacy/b.ts': 'export function beta() {}\n',
  'legacy.ts': 'export function gamma() {}\n',
}
const paths = (view: CodeView) => view.files.map(({ path }) => path)

describe('.contextignore', () => {
  it('leaves out what it names, in the form of a .gitignore', async () => {
    const reader = new MemoryTreeReader()
    const commit = reader.commit({ message: 'a', files: { ...files, '.contextignore': '# old\nlegacy/\n/*.ts\n' } })
    const index = await CodeIndex.open({ reader, directory })
    const view = await index.view({ commit })
    expect(paths(view)).toEqual(['.contextignore', 'src/a.ts'])
    expect(findSymbols(view, 'beta')).toEqual([])
    expect((await index.index({ commit })).fileCount).toBe(2)
  })

  it('gives another version to another list, and belongs to its commit', async () => {
    const reader = new MemoryTreeReader()
    const without = reader.commit({ message: 'a', files })
    const narrow = reader.commit({ message: 'b', files: { ...files, '.contextignore': 'src/\n' } })
    const wide = reader.commit({ message: 'c', files: { ...files, '.contextignore': '*.md\n' } })
    const index = await CodeIndex.open({ reader, directory })
    const views = []
    for (const commit of [without, narrow, wide, without]) views.push(await index.view({ commit }))
    expect(views.map((view) => paths(view).length)).toEqual([3, 2, 4, 3])
    expect(new Set(views.map(({ digest }) => digest)).size).toBe(3)
  })

  it('is read from an overlay that changes it', async () => {
    const reader = new MemoryTreeReader()
    const rules = 'src/\n'
    const first = reader.commit({ message: 'a', files: { ...files, '.contextignore': rules } })
    const second = reader.commit({ message: 'b', files: { ...files, '.contextignore': 'legacy.ts\n' } })
    const index = await CodeIndex.open({ reader, directory })
    const path = parseRepoPath('.contextignore')
    const change: FileChange = { kind: 'modify', path, before: versionOf(rules), after: versionOf('legacy.ts\n') }
    const overlaid = await index.overlay(await index.view({ commit: first }), [change])
    const committed = await index.view({ commit: second })
    expect(paths(overlaid)).toEqual(paths(committed))
    expect(overlaid.digest).toBe(committed.digest)
    expect(findSymbols(overlaid, 'beta')).toEqual(findSymbols(committed, 'beta'))
  })
})
