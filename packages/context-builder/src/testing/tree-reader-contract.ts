import { type ObjectId, objectIdSchema } from '@patchlane/kernel'
import type { TestApi } from '@patchlane/kernel/testing'
import type { MemoryCommit } from '../memory-tree-reader.ts'
import type { TreeReader } from '../tree-reader.ts'

export interface TreeReaderFixture {
  reader: TreeReader
  /** The commits asked for, in their order. */
  commits: ObjectId[]
}

export interface TreeReaderHarness {
  /** A repository with these commits, one on top of the other. */
  open(commits: readonly MemoryCommit[]): Promise<TreeReaderFixture>
}

const first: MemoryCommit = {
  message: 'First words\n\nWith a body: ünï',
  files: { 'a.txt': 'a\n', 'src/ü b.ts': 'export {}\n' },
}
const second: MemoryCommit = {
  message: 'Second',
  files: { 'a.txt': 'changed\n', 'src/ü b.ts': 'export {}\n', 'c.bin': 'x\0y' },
}

/** What every reader of trees has to do. */
export function treeReaderContract({ it, expect }: TestApi, harness: TreeReaderHarness): void {
  it('lists the files of each commit', async () => {
    const { reader, commits } = await harness.open([first, second])
    const paths = await Promise.all(
      commits.map(async (commit) => (await reader.listTree(commit)).map(({ path }) => path).sort()),
    )
    expect(paths).toEqual([
      ['a.txt', 'src/ü b.ts'],
      ['a.txt', 'c.bin', 'src/ü b.ts'],
    ])
  })

  it('lists a commit from the files of another as from nothing', async () => {
    const { reader, commits } = await harness.open([first, second, { ...first, message: 'First again' }])
    const sorted = (files: readonly { path: string }[]) => [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
    for (const commit of commits) {
      const files = await reader.listTree(commit)
      for (const other of commits) {
        const known = { commit: other, files: await reader.listTree(other) }
        expect(sorted((await reader.listTreeFrom?.(commit, known)) ?? files)).toEqual(sorted(files))
      }
    }
  })

  it('gives equal files equal ids, across commits', async () => {
    const { reader, commits } = await harness.open([first, second])
    const [before = [], after = []] = await Promise.all(commits.map((commit) => reader.listTree(commit)))
    const idOf = (files: typeof before, path: string) => files.find((file) => file.path === path)?.oid
    expect(idOf(before, 'src/ü b.ts')).toBe(idOf(after, 'src/ü b.ts'))
    expect(idOf(before, 'a.txt')).not.toBe(idOf(after, 'a.txt'))
  })

  it('reads blobs byte for byte, many at once, and leaves out what is too large', async () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`f${n}.txt`, `file ${n}\n`]))
    const { reader, commits } = await harness.open([
      { message: 'Many', files: { ...many, 'c.bin': 'x\0y', 'long.txt': 'l'.repeat(5_000) } },
    ])
    const files = await reader.listTree(commits[0] ?? '')
    const blobs = await reader.readBlobs(
      files.map(({ oid }) => oid),
      { maxBytes: 1_000 },
    )
    const byPath = new Map(files.map(({ path, oid }) => [path, blobs.find((blob) => blob.oid === oid)]))
    const text = (path: string) => Buffer.from(byPath.get(path)?.content ?? []).toString('latin1')
    expect(blobs).toHaveLength(152)
    expect([text('f0.txt'), text('f149.txt'), text('c.bin')]).toEqual(['file 0\n', 'file 149\n', 'x\0y'])
    expect(byPath.get('long.txt')).toMatchObject({ size: 5_000, content: null })
  })

  it('answers for an id that is not there with nothing', async () => {
    const { reader } = await harness.open([first])
    const missing = objectIdSchema.parse('f'.repeat(reader.objectFormat === 'sha1' ? 40 : 64))
    const blobs = await reader.readBlobs([missing], { maxBytes: 10 })
    expect(blobs.filter(({ content }) => content !== null)).toEqual([])
  })

  it('lists only what a commit reaches, newest first, with messages and changed paths', async () => {
    const { reader, commits } = await harness.open([first, second])
    const [older = '', newer = ''] = commits
    expect(await reader.listHistory(newer, 10)).toEqual([newer, older])
    expect(await reader.listHistory(newer, 1)).toEqual([newer])
    expect(await reader.listHistory(older, 10)).toEqual([older])
    const history = await reader.readHistory([...commits].reverse())
    expect(history).toEqual([
      { commit: newer, message: 'Second', paths: ['a.txt', 'c.bin'] },
      { commit: older, message: first.message, paths: ['a.txt', 'src/ü b.ts'] },
    ])
  })

  it('reads a message with any characters, and a commit that changes nothing', async () => {
    const message = 'Odd \x01 marks \x02\n\n\x01'
    const { reader, commits } = await harness.open([
      { ...first, message },
      { ...first, message: 'Nothing' },
      { ...second, message: 'b'.repeat(40) },
    ])
    const history = await reader.readHistory(commits)
    expect(history.map((one) => one.message)).toEqual([message.trim(), 'Nothing', 'b'.repeat(40)])
    expect(history.map(({ paths }) => paths.length)).toEqual([2, 0, 2])
  })
}
