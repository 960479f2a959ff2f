import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ObjectId } from '@patchlane/kernel'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CodeIndex, type CodeView, ContextRanker, findSymbols, MemoryTreeReader } from '../src/index.ts'

const run = promisify(execFile)

let directory: string
const cleanups: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchlane-store-'))
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
  await rm(directory, { recursive: true, force: true })
})

/** A reader that counts what is asked of it. */
class CountingReader extends MemoryTreeReader {
  blobs = 0
  override async readBlobs(oids: readonly ObjectId[], limits: { maxBytes: number }) {
    this.blobs += oids.length
    return super.readBlobs(oids, limits)
  }
}

const filesOf = (n: number) => ({
  'src/same.ts': 'export const same = 1\n',
  'src/other.ts': `export function part${n}() { return same }\n// ${'words '.repeat(400)}${n}\n`,
})
const ranked = async (view: CodeView, task: string) =>
  ((await new ContextRanker().rank({ view, task })).byRole.get('implementation') ?? []).map((file) => [
    file.path,
    file.score,
  ])

describe('pruning', () => {
  it('removes what no given commit holds, and reads it again when it is asked for', async () => {
    const reader = new CountingReader()
    const commits = Array.from({ length: 12 }, (_, n) => reader.commit({ message: `${n}`, files: filesOf(n) }))
    const [first, last] = [commits[0], commits.at(-1)]
    if (first === undefined || last === undefined) return
    const index = await CodeIndex.open({ reader, directory })
    for (const commit of commits) await index.index({ commit })
    const before = await ranked(await index.view({ commit: first }), 'part0')
    const pruned = await index.prune([last])
    expect(pruned.documents).toBe(11)
    expect(pruned.bytes).toBeGreaterThan(0)
    expect(await index.prune([last])).toEqual({ documents: 0, bytes: 0 })
    expect(await readdir(join(index.directory, 'code'))).toHaveLength(1)

    const again = await CodeIndex.open({ reader, directory })
    reader.blobs = 0
    await again.view({ commit: last })
    expect(reader.blobs).toBe(0)
    expect(await ranked(await again.view({ commit: first }), 'part0')).toEqual(before)
    expect(reader.blobs).toBe(1)
  })

  it('takes nothing from a process that has the index open', async () => {
    const reader = new CountingReader()
    const commits = [0, 1].map((n) => reader.commit({ message: `${n}`, files: filesOf(n) }))
    const [first, second] = commits
    if (first === undefined || second === undefined) return
    const [mine, other] = [await CodeIndex.open({ reader, directory }), await CodeIndex.open({ reader, directory })]
    await mine.view({ commit: first })
    await other.view({ commit: first })
    await mine.view({ commit: second })
    await mine.prune([second])
    await other.view({ commit: second })
    for (const [n, commit] of commits.entries()) {
      expect(findSymbols(await other.view({ commit }), `part${n}`)).toHaveLength(1)
    }
  })
})

it('leaves the index of an older program alone, and removes it when nobody has used it for long', async () => {
  const reader = new MemoryTreeReader()
  const commit = reader.commit({ message: 'a', files: filesOf(1) })
  const older = ['0123456789abcdef', 'fedcba9876543210'].map((name) => join(directory, name))
  for (const folder of older) {
    await mkdir(join(folder, 'code'), { recursive: true })
    await writeFile(join(folder, 'code', 'x.segment'), 'of another form')
  }
  const long = new Date(Date.now() - 20 * 86_400_000)
  await utimes(older[1] ?? '', long, long)
  const index = await CodeIndex.open({ reader, directory })
  expect(findSymbols(await index.view({ commit }), 'part1')).toHaveLength(1)
  expect((await readdir(directory)).sort()).toEqual(
    ['0123456789abcdef', index.directory.slice(directory.length + 1)].sort(),
  )
})

/** A file system of one megabyte; undefined where this process may not mount one. */
async function smallDisk(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'patchlane-disk-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
  } catch {
    return undefined
  }
  cleanups.unshift(() => run('umount', ['--lazy', folder]))
  return folder
}

it('says that the disk is full, and still serves what was indexed before', async ({ skip }) => {
  const disk = await smallDisk()
  if (disk === undefined) return skip('may not mount')
  const reader = new MemoryTreeReader()
  const first = reader.commit({ message: 'a', files: filesOf(1) })
  const index = await CodeIndex.open({ reader, directory: disk })
  await index.index({ commit: first })
  await writeFile(join(disk, 'filler'), Buffer.alloc(2_000_000)).catch(() => undefined)
  const second = reader.commit({ message: 'b', files: filesOf(2) })
  await expect(index.index({ commit: second })).rejects.toMatchObject({
    code: 'CONTEXT_INDEX_NOT_WRITTEN',
    message: expect.stringContaining('the disk is full'),
  })
  expect(findSymbols(await index.view({ commit: first }), 'part1')).toHaveLength(1)
  const again = await CodeIndex.open({ reader, directory: disk })
  expect(findSymbols(await again.view({ commit: first }), 'part1')).toHaveLength(1)
  await rm(join(disk, 'filler'))
  expect(findSymbols(await again.view({ commit: second }), 'part2')).toHaveLength(1)
})
