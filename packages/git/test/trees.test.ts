import { type ObjectId, parseRepoPath } from '@patchlane/kernel'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TemporaryRepository, temporaryRepository } from '../src/testing/index.ts'

let sandbox: TemporaryRepository
beforeAll(async () => {
  sandbox = await temporaryRepository()
})
afterAll(async () => sandbox.remove())

const name = fc.constantFrom('a', 'a.b', 'a-b', 'B', 'ü', 'z z')
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'))
const mode = fc.constantFrom('100644' as const, '100755' as const, '120000' as const)
const file = fc.record({ mode, content: fc.uint8Array({ maxLength: 40 }) })
type Files = Map<string, { mode: '100644' | '100755' | '120000'; content: Uint8Array }>
/** No path is a folder of another. */
const files: fc.Arbitrary<Files> = fc.dictionary(path, file, { maxKeys: 8, noNullPrototype: true }).map((all) => {
  const kept: Files = new Map()
  for (const [key, value] of Object.entries(all)) {
    if (![...kept.keys()].some((other) => other.startsWith(`${key}/`) || key.startsWith(`${other}/`)))
      kept.set(key, value)
  }
  return kept
})

async function treeOf(all: Files): Promise<ObjectId> {
  const { repository } = sandbox
  const changes = await Promise.all(
    [...all].map(async ([key, { mode, content }]) => ({
      path: parseRepoPath(key),
      entry: { mode, oid: await repository.writeBlob(content) },
    })),
  )
  return repository.writeTree(await repository.emptyTree(), changes)
}

it('leads from any tree to any other by the changes between them, with and without renames', async () => {
  const { repository } = sandbox
  await fc.assert(
    fc.asyncProperty(files, files, async (before, after) => {
      const [a, b] = [await treeOf(before), await treeOf(after)]
      for (const renames of [true, false]) {
        const changes = await repository.changesBetween(a, b, { renames })
        expect(await repository.applyChanges(a, changes)).toBe(b)
      }
      const listed = await repository.listTree(b)
      expect(new Set(listed.map((entry) => `${entry.mode} ${entry.path}`))).toEqual(
        new Set([...after].map(([key, { mode }]) => `${mode} ${key}`)),
      )
    }),
    { numRuns: 20 },
  )
})

it('writes trees that git finds in order', async () => {
  const { repository, git } = sandbox
  await fc.assert(
    fc.asyncProperty(files, async (all) => {
      const tree = await treeOf(all)
      const author = { name: 'a', email: 'a', at: 0 }
      const commit = await repository.commitTree({ tree, parents: [], message: 'x', author })
      expect(await git('fsck', '--strict', '--no-dangling', commit)).toBe('')
    }),
    { numRuns: 8, examples: [[new Map()]] },
  )
})
