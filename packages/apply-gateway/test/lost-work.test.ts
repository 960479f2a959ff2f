import { temporaryRepository } from '@patchlane/git/testing'
import { type ObjectId, patchIdSchema, repoIdSchema, targetNameSchema } from '@patchlane/kernel'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApplyGateway, findLostWork, GitBranchTarget } from '../src/index.ts'
import { MemoryGatewayQueue, patchOn } from '../src/testing/index.ts'

let sandbox: Awaited<ReturnType<typeof temporaryRepository>>
let root: ObjectId
beforeAll(async () => {
  sandbox = await temporaryRepository({ empty: '' })
  root = await sandbox.repository.treeOf('HEAD')
})
afterAll(async () => sandbox.remove())

const author = { name: 'a', email: 'a', at: 0 }
async function commit(files: Record<string, string>, parents: ObjectId[] = [], message = 'x'): Promise<ObjectId> {
  const { repository } = sandbox
  const changes = await Promise.all(
    Object.entries(files).map(async ([path, content]) => ({
      path,
      entry: { mode: '100644' as const, oid: await repository.writeBlob(Buffer.from(content)) },
    })),
  )
  return repository.commitTree({ tree: await repository.writeTree(root, changes), parents, message, author })
}
async function lost(sides: { base: string; patch: string; head: string; result: string }) {
  const base = await commit({ f: sides.base })
  const head = await commit(
    { f: sides.head },
    [base],
    'Landed\n\nPatchlane-Patch: 11111111-1111-4111-8111-111111111111',
  )
  const { repository } = sandbox
  const found = await findLostWork(repository, {
    patchBase: base,
    patchTree: await repository.treeOf(await commit({ f: sides.patch })),
    head,
    tree: await repository.treeOf(await commit({ f: sides.result })),
    removesWorkOf: [],
  })
  return found.map(({ path, message }) => `${path}: ${message}`)
}

describe('lost work', () => {
  it('names the patch and the lines that a merge would drop', async () => {
    const found = await lost({ base: 'a\nz\n', patch: 'a\nnew\nz\n', head: 'a\nlanded\nz\n', result: 'a\nnew\nz\n' })
    expect(found).toHaveLength(1)
    expect(found[0]).toContain('patch 11111111-1111-4111-8111-111111111111')
    expect(found[0]).toContain('"landed"')
  })

  it('lets an author change what they saw', async () => {
    expect(await lost({ base: 'a\nearlier\n', patch: 'a\n', head: 'a\nearlier\nb\n', result: 'a\nb\n' })).toEqual([])
  })

  it('lets both sides be kept on one line, and reformatting', async () => {
    const sides = { base: 'use(a)\n', patch: 'use(a, c)\n', head: 'use(a, b)\n' }
    expect(await lost({ ...sides, result: 'use(\n  a,\n  b,\n  c,\n)\n' })).toEqual([])
    expect(await lost({ ...sides, result: 'use(a, c)\n' })).toHaveLength(1)
  })

  it('is satisfied by declared intent only for the patch that was named', async () => {
    const { repository } = sandbox
    const base = await commit({ f: 'a\n' })
    const owner = patchIdSchema.parse('22222222-2222-4222-8222-222222222222')
    const head = await commit({ f: 'a\nlanded\n' }, [base], `x\n\nPatchlane-Patch: ${owner}`)
    const tree = await repository.treeOf(base)
    const request = { patchBase: base, patchTree: tree, head, tree }
    expect(await findLostWork(repository, { ...request, removesWorkOf: [] })).toHaveLength(1)
    expect(await findLostWork(repository, { ...request, removesWorkOf: [owner] })).toEqual([])
  })

  it('never objects to what git merged by itself, and always to a line taken out of that', async () => {
    const { repository } = sandbox
    const line = fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'epsilon', '}', '')
    const text = fc.array(line, { minLength: 4, maxLength: 14 }).map((lines) => lines.map((l) => `${l}\n`).join(''))
    const edit = (source: string, at: number, insert: string) => {
      const lines = source.split('\n')
      lines.splice(at % lines.length, at % 2, insert)
      return lines.join('\n')
    }
    await fc.assert(
      fc.asyncProperty(text, fc.nat(20), fc.nat(20), async (base, here, there) => {
        const head = edit(base, here, 'landed work')
        const patch = edit(base, there, 'proposed work')
        const [b, h, p] = [await commit({ f: base }), await commit({ f: head }), await commit({ f: patch })]
        const merged = await repository.mergeTrees({ base: b, ours: h, theirs: p })
        if (!merged.clean) return
        const patchTree = await repository.treeOf(p)
        const request = { patchBase: b, patchTree, head: h, removesWorkOf: [] }
        expect(await findLostWork(repository, { ...request, tree: merged.tree })).toEqual([])
        expect(await findLostWork(repository, { ...request, tree: patchTree })).not.toEqual([])
      }),
      { numRuns: 25 },
    )
  })

  it('stops a merger that drops a side', async () => {
    const { repository, commit: commitFiles } = sandbox
    const base = await commitFiles({ f: '1\nshared\n3\n' })
    const queue = new MemoryGatewayQueue()
    const repoId = repoIdSchema.parse('repo')
    const target = new GitBranchTarget({ repository, name: targetNameSchema.parse('refs/heads/main') })
    const merger = {
      merge: async ({ theirs }: { theirs: Uint8Array }) => ({
        clean: true as const,
        content: theirs,
        strategy: 'careless',
      }),
    }
    const first = queue.propose(await patchOn(repository, base, { f: '1\nshared by first\n3\n' })).patch.patchId
    const second = queue.propose(await patchOn(repository, base, { f: '1\nshared by second\n3\n' })).patch.patchId
    await new ApplyGateway({ repoId, target, queue, owner: 'g', merger }).drain()
    expect(queue.get(first).status).toBe('landed')
    expect(queue.get(second)).toMatchObject({
      status: 'conflicted',
      verdict: { code: 'WORK_WOULD_BE_LOST', conflicts: [{ path: 'f', kind: 'lost-work' }] },
    })
  })
})
