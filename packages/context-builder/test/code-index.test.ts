import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FileChange, type ObjectId, parseRepoPath } from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CodeIndex, type CodeView, ContextRanker, findSymbols, MemoryTreeReader } from '../src/index.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchlane-index-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

const base = {
  'src/config.ts': 'export function readConfig(path: string) {\n  return path\n}\n',
  'src/server.ts':
    "import { readConfig } from './config.ts'\nexport class Server {\n  listen() { return readConfig('a') }\n}\n",
  'test/server.test.ts': "import { Server } from '../src/server.ts'\nnew Server().listen()\n",
  'README.md': '# Server\n\nReads its configuration.\n',
}

async function paths(view: CodeView, task: string): Promise<string[]> {
  return ((await new ContextRanker().rank({ view, task })).byRole.get('implementation') ?? []).map(
    ({ path, score }) => `${path} ${score}`,
  )
}

/** A reader that counts what is asked of it. */
class CountingReader extends MemoryTreeReader {
  blobs = 0
  override async readBlobs(oids: readonly ObjectId[], limits: { maxBytes: number }) {
    this.blobs += oids.length
    return super.readBlobs(oids, limits)
  }
}

describe('CodeIndex', () => {
  it('reads a blob once, whatever the commits that hold it', async () => {
    const reader = new CountingReader()
    const first = reader.commit({ message: 'a', files: base })
    const second = reader.commit({
      message: 'b',
      files: { ...base, 'src/new.ts': 'export const a = 1\n', 'src/copy.ts': base['src/config.ts'] },
    })
    const index = await CodeIndex.open({ reader, directory })
    await index.index({ commit: first })
    expect(reader.blobs).toBe(4)
    await index.index({ commit: second })
    expect(reader.blobs).toBe(5)
    const again = await CodeIndex.open({ reader, directory })
    await again.view({ commit: first })
    expect(reader.blobs).toBe(5)
  })

  it('has one version for equal trees and another for any difference', async () => {
    const reader = new MemoryTreeReader()
    const first = reader.commit({ message: 'a', files: base })
    const same = reader.commit({ message: 'another message', files: base })
    const moved = reader.commit({ message: 'c', files: { ...base, 'src/other.ts': base['src/config.ts'] } })
    const index = await CodeIndex.open({ reader, directory })
    const digests = []
    for (const commit of [first, same, moved]) digests.push((await index.index({ commit })).digest)
    expect(digests[0]).toBe(digests[1])
    expect(digests[2]).not.toBe(digests[0])
  })

  it('ranks alike whether built cold, step by step, backwards, or by several processes at once', async () => {
    const reader = new MemoryTreeReader()
    const commits: ObjectId[] = []
    let files: Record<string, string> = { ...base }
    for (let n = 0; n < 12; n++) {
      files = {
        ...files,
        [`src/part${n % 5}.ts`]: `export function part${n}() { return readConfig(${n}) }\n// config server ${n}\n`,
      }
      commits.push(reader.commit({ message: `Step ${n}`, files }))
    }
    const last = commits.at(-1)
    if (last === undefined) return
    const answers = async (name: string, order: readonly ObjectId[]) => {
      const index = await CodeIndex.open({ reader, directory: join(directory, name), threads: 1 })
      for (const commit of order) await index.index({ commit })
      const view = await index.view({ commit: last })
      return [view.digest, await paths(view, 'readConfig of the server'), await paths(view, 'part3 config')]
    }
    const cold = await answers('cold', [last])
    expect(await answers('incremental', commits)).toEqual(cold)
    expect(await answers('backwards', [...commits].reverse())).toEqual(cold)
    const shared = await Promise.all([
      answers('shared', commits),
      answers('shared', [...commits].reverse()),
      answers('shared', [last]),
    ])
    for (const answer of shared) expect(answer).toEqual(cold)
    expect(await answers('shared', [])).toEqual(cold)
  })

  it('merges its files when they become many, and answers the same', async () => {
    const reader = new MemoryTreeReader()
    const index = await CodeIndex.open({ reader, directory })
    for (let n = 0; n < 30; n++) {
      const commit = reader.commit({ message: 'm', files: { ...base, 'src/n.ts': `export const value${n} = ${n}\n` } })
      await index.index({ commit })
      const view = await index.view({ commit })
      expect((await paths(view, `value${n}`))[0]).toMatch(/^src\/n\.ts /)
    }
    expect(await readdir(join(index.directory, 'code'))).not.toHaveLength(30)
    expect((await readdir(join(index.directory, 'code'))).length).toBeLessThanOrEqual(9)
  })

  it('reads again what was damaged on disk', async () => {
    const reader = new MemoryTreeReader()
    const commit = reader.commit({ message: 'a', files: base })
    const index = await CodeIndex.open({ reader, directory })
    const before = await paths(await index.view({ commit }), 'readConfig')
    const folder = join(index.directory, 'code')
    for (const name of await readdir(folder)) {
      const bytes = await readFile(join(folder, name))
      bytes[100] = (bytes[100] ?? 0) ^ 0xff
      await writeFile(join(folder, name), bytes)
    }
    const again = await CodeIndex.open({ reader, directory })
    expect(await paths(await again.view({ commit }), 'readConfig')).toEqual(before)
  })

  it('says so when it cannot write, and still answers for what was indexed', async () => {
    const reader = new MemoryTreeReader()
    const first = reader.commit({ message: 'a', files: base })
    const second = reader.commit({ message: 'b', files: { ...base, 'src/new.ts': 'export const brandNew = 1\n' } })
    const index = await CodeIndex.open({ reader, directory })
    await index.index({ commit: first })
    // A folder that cannot be written, also not by root: the name is taken by a file.
    const folder = join(index.directory, 'code')
    await rm(folder, { recursive: true })
    await writeFile(folder, '')
    await expect(index.index({ commit: second })).rejects.toMatchObject({
      code: 'CONTEXT_INDEX_NOT_WRITTEN',
      kind: 'environment',
    })
    expect(await paths(await index.view({ commit: first }), 'readConfig')).not.toEqual([])
    await rm(folder)
    await mkdir(folder)
    await chmod(folder, 0o755)
    expect(await paths(await index.view({ commit: second }), 'brandNew')).not.toEqual([])
  })

  it('takes anything a repository may hold', async () => {
    const reader = new MemoryTreeReader()
    const commit = reader.commit({
      message: 'a',
      files: {
        'a.ts': 'export function (((\n',
        'b.py': Uint8Array.of(0xff, 0xfe, 0x64, 0x65, 0x66, 0x20, 0x80, 0x0a),
        'c.bin': 'a\0b',
        'd.js': `var a=1;${'b(2);'.repeat(4_000)}`,
        'e.ts': `export const long = 1\n${'// words words\n'.repeat(150_000)}`,
        'f.json': '{"a": [',
        sub: null,
        'g empty.ts': '',
        '漢字/説明.md': '# 設定ファイルを読む\n',
      },
    })
    const index = await CodeIndex.open({ reader, directory })
    const view = await index.view({ commit })
    const flags = new Map(view.files.map(({ path }, at) => [path, view.details(at).flags]))
    expect(flags.get('a.ts')).toEqual(['broken'])
    expect(flags.get('c.bin')).toEqual(['binary'])
    expect(flags.get('d.js')).toEqual(['minified'])
    expect(flags.get('e.ts')).toEqual(['large'])
    expect((await new ContextRanker().rank({ view, task: '設定を読む' })).byRole.get('doc')?.[0]?.path).toBe(
      '漢字/説明.md',
    )
  })

  it('has the same of a file however long the clock says that reading it took', async () => {
    const source = Array.from({ length: 2_000 }, (_, n) => `export function name${n}() { return [${n}, 'text'] }\n`)
    const reader = new MemoryTreeReader()
    const commit = reader.commit({ message: 'Begin', files: { 'src/a.ts': source.join('') } })
    const index = await CodeIndex.open({ reader })
    // A machine that sleeps in the middle of it.
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 60_000))
    try {
      expect(findSymbols(await index.view({ commit }), 'name1999')).toMatchObject([{ name: 'name1999' }])
    } finally {
      vi.restoreAllMocks()
    }
  })

  it('reports progress, and stops when told to', async () => {
    const reader = new MemoryTreeReader()
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`src/f${n}.ts`, `export const value${n} = ${n}\n`]),
    )
    const commit = reader.commit({ message: 'a', files })
    const index = await CodeIndex.open({ reader, directory, threads: 2 })
    await expect(index.index({ commit, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
    const seen: number[] = []
    await index.index({ commit, onProgress: ({ done, total }) => seen.push(done / total) })
    expect(seen.at(-1)).toBe(1)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  })
})

describe('overlay', () => {
  it('answers as a commit with the same changes would', async () => {
    const reader = new MemoryTreeReader()
    const first = reader.commit({ message: 'a', files: base })
    const after: Record<string, string> = {
      ...base,
      'src/config.ts': 'export function loadSettings() {}\n',
      'src/extra.ts': 'export const extra = 1\n',
    }
    Reflect.deleteProperty(after, 'README.md')
    const second = reader.commit({ message: 'b', files: after })
    const index = await CodeIndex.open({ reader, directory })
    const changes: FileChange[] = [
      {
        kind: 'modify',
        path: parseRepoPath('src/config.ts'),
        before: versionOf(base['src/config.ts']),
        after: versionOf(after['src/config.ts'] ?? ''),
      },
      { kind: 'create', path: parseRepoPath('src/extra.ts'), after: versionOf(after['src/extra.ts'] ?? '') },
      { kind: 'delete', path: parseRepoPath('README.md'), before: versionOf(base['README.md']) },
    ]
    const view = await index.view({ commit: first })
    const overlaid = await index.overlay(view, changes)
    const committed = await index.view({ commit: second })
    expect(overlaid.digest).toBe(committed.digest)
    expect(await paths(overlaid, 'loadSettings extra')).toEqual(await paths(committed, 'loadSettings extra'))
    expect(await paths(view, 'loadSettings')).toEqual([])
  })
})
