import { lstat, mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FileMode, type ObjectId, patchIdSchema } from '@patchlane/kernel'
import type { TestApi } from '@patchlane/kernel/testing'
import { Judgement, type LandingVerdict } from '../landing-verdict.ts'
import type { Target } from '../target.ts'

/** What a target is tested on: a place of its own, with these files as its head. */
export interface TargetSandbox {
  target: Target
  /** Where people see the files. */
  directory: string
  /** Another handle on the same place, as another process would have. */
  reopen(): Promise<Target>
  remove(): Promise<void>
}

export interface TargetHarness {
  /** What becomes of people's work that is in the way: it `parks` the patch, or is `adopted` as part of the target, so that the head moves. */
  readonly workInTheWay: 'parks' | 'adopted'
  open(files: Record<string, string | Uint8Array>): Promise<TargetSandbox>
}

type FileSpec = string | Uint8Array | null | { content: string; mode: FileMode }

/** What every adapter of {@link Target} has to pass. */
export function targetContract({ it, expect }: TestApi, harness: TargetHarness): void {
  const inTheWay = harness.workInTheWay === 'parks' ? 'APPLY_GATEWAY_CHECKOUT_OVERLAP' : 'APPLY_GATEWAY_HEAD_MOVED'
  const inSandbox =
    (files: Record<string, string | Uint8Array>, test: (sandbox: TargetSandbox) => Promise<void>) => async () => {
      const sandbox = await harness.open(files)
      try {
        await test(sandbox)
      } finally {
        await sandbox.remove()
      }
    }
  const read = ({ directory }: TargetSandbox, path: string) => readFile(join(directory, path))

  it(
    "puts a folder in a file's place, and a file and a link in a folder's",
    inSandbox({ file: 'f\n', 'd/one': '1\n', 'd/in/two': '2\n', 'e/x': 'x\n', keep: 'k\n' }, async (sandbox) => {
      const { target, directory } = sandbox
      const there = await judged(target, {
        file: null,
        'file/in': 'in\n',
        'd/one': null,
        'd/in/two': null,
        d: 'now a file\n',
        'e/x': null,
        e: { content: 'keep', mode: '120000' },
      })
      const fence = await target.takeOver({ epoch: 1, owner: 'writer' })
      await target.land(there, fence)
      expect((await read(sandbox, 'file/in')).toString()).toBe('in\n')
      expect((await read(sandbox, 'd')).toString()).toBe('now a file\n')
      expect(await readlink(join(directory, 'e'))).toBe('keep')
      const back = await judged(target, {
        'file/in': null,
        file: 'f\n',
        d: null,
        'd/one': '1\n',
        'd/in/two': '2\n',
        e: null,
        'e/x': 'x\n',
      })
      await target.land(back, fence)
      expect((await read(sandbox, 'file')).toString()).toBe('f\n')
      expect((await read(sandbox, 'd/in/two')).toString()).toBe('2\n')
      expect((await read(sandbox, 'e/x')).toString()).toBe('x\n')
      expect(await target.repository.status()).toEqual([])
    }),
  )

  it(
    'lands a judged commit, whatever its files are, byte for byte',
    inSandbox({ 'a.txt': 'a\n', 'gone/file': 'gone\n', tool: 'tool\n' }, async (sandbox) => {
      const { target, directory } = sandbox
      const binary = Buffer.from([0, 255, 13, 10, 200])
      const verdict = await judged(target, {
        'a.txt': 'one\r\ntwo\n\ufeffthree',
        'gone/file': null,
        'new/deep/ünï': binary,
        tool: { content: 'tool\n', mode: '100755' },
        link: { content: 'a.txt', mode: '120000' },
        empty: '',
      })
      await target.land(verdict, await target.takeOver({ epoch: 1, owner: 'writer' }))
      expect(await target.head()).toBe(verdict.commit)
      expect((await read(sandbox, 'a.txt')).toString()).toBe('one\r\ntwo\n\ufeffthree')
      expect(await read(sandbox, 'new/deep/ünï')).toEqual(binary)
      expect(await readlink(join(directory, 'link'))).toBe('a.txt')
      expect((await lstat(join(directory, 'tool'))).mode & 0o111).not.toBe(0)
      expect((await read(sandbox, 'empty')).length).toBe(0)
      await expect(lstat(join(directory, 'gone'))).rejects.toMatchObject({ code: 'ENOENT' })
    }),
  )

  it(
    'takes nothing but a verdict that a completed judgement made',
    inSandbox({ a: 'a\n' }, async (sandbox) => {
      const { target } = sandbox
      const fence = await target.takeOver({ epoch: 1, owner: 'writer' })
      const head = await target.head()
      const verdict = await judged(target, { a: 'b\n' })
      const refused = { code: 'APPLY_GATEWAY_UNJUDGED' }
      await expect(target.land({ ...verdict }, fence)).rejects.toMatchObject(refused)
      await expect(target.land(JSON.parse(JSON.stringify(verdict)), fence)).rejects.toMatchObject(refused)
      const other = await judged(target, { a: 'c\n' })
      const mixed = judgedAs({ ...other, tree: verdict.tree })
      await expect(target.land(mixed, fence)).rejects.toMatchObject(refused)
      expect(await target.head()).toBe(head)
      expect((await read(sandbox, 'a')).toString()).toBe('a\n')
    }),
  )

  it(
    'lands only on the head that was judged',
    inSandbox({ a: 'a\n', b: 'b\n' }, async (sandbox) => {
      const { target } = sandbox
      const fence = await target.takeOver({ epoch: 1, owner: 'writer' })
      const [first, second] = [await judged(target, { a: 'first\n' }), await judged(target, { b: 'second\n' })]
      await target.land(first, fence)
      await expect(target.land(second, fence)).rejects.toMatchObject({ code: 'APPLY_GATEWAY_HEAD_MOVED' })
      expect((await read(sandbox, 'b')).toString()).toBe('b\n')
    }),
  )

  it(
    'shuts out a writer that was overtaken, and never lets an earlier one back',
    inSandbox({ a: 'a\n' }, async (sandbox) => {
      const { target } = sandbox
      const sleeper = await target.takeOver({ epoch: 1, owner: 'sleeper' })
      const verdict = await judged(target, { a: 'late\n' })
      const successor = await sandbox.reopen()
      await successor.takeOver({ epoch: 2, owner: 'successor' })
      const fencedOut = { code: 'APPLY_GATEWAY_FENCED_OUT' }
      await expect(target.land(verdict, sleeper)).rejects.toMatchObject(fencedOut)
      await expect(target.takeOver({ epoch: 1, owner: 'sleeper' })).rejects.toMatchObject(fencedOut)
      await expect(target.takeOver({ epoch: 2, owner: 'sleeper' })).rejects.toMatchObject(fencedOut)
      expect((await read(sandbox, 'a')).toString()).toBe('a\n')
      expect(await successor.takeOver({ epoch: 2, owner: 'successor' })).toMatchObject({ epoch: 2 })
    }),
  )

  it(
    'gives the target to one of two that take it over at once',
    inSandbox({ a: 'a\n' }, async (sandbox) => {
      const targets = [sandbox.target, await sandbox.reopen()]
      const results = await Promise.allSettled(
        targets.map((target, n) => target.takeOver({ epoch: 7, owner: `writer-${n}` })),
      )
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    }),
  )

  it(
    'leaves uncommitted work beside the patch as it is, and names what is in the way',
    inSandbox({ a: 'a\n', b: 'b\n' }, async (sandbox) => {
      const { target, directory } = sandbox
      const fence = await target.takeOver({ epoch: 1, owner: 'writer' })
      await writeFile(join(directory, 'b'), 'unsaved\n')
      await mkdir(join(directory, 'mine'))
      await writeFile(join(directory, 'mine/file'), 'mine\n')
      const overlapping = await judged(target, { a: 'landed\n', b: 'landed\n', 'mine/file': 'landed\n' })
      const refusal = await target.land(overlapping, fence).catch((thrown: unknown) => thrown)
      expect(refusal).toMatchObject({ code: inTheWay })
      if (harness.workInTheWay === 'parks') expect(refusal).toMatchObject({ paths: ['mine/file'] })
      expect((await read(sandbox, 'a')).toString()).toBe('a\n')
      await target.land(await judged(target, { a: 'landed\n' }), fence)
      expect((await read(sandbox, 'a')).toString()).toBe('landed\n')
      expect((await read(sandbox, 'b')).toString()).toBe('unsaved\n')
      expect((await read(sandbox, 'mine/file')).toString()).toBe('mine\n')
    }),
  )

  it(
    'does not write through a link that stands where a folder was',
    inSandbox({ 'folder/file': 'file\n', 'other/file': 'other\n' }, async (sandbox) => {
      const { target, directory } = sandbox
      const fence = await target.takeOver({ epoch: 1, owner: 'writer' })
      const verdict = await judged(target, { 'folder/file': 'landed\n', 'folder/new': 'new\n' })
      await rm(join(directory, 'folder'), { recursive: true })
      await symlink('other', join(directory, 'folder'))
      await expect(target.land(verdict, fence)).rejects.toMatchObject({ code: inTheWay })
      expect((await read(sandbox, 'other/file')).toString()).toBe('other\n')
    }),
  )

  it(
    'has nothing to recover after landings that ended',
    inSandbox({ a: 'a\n' }, async ({ target, reopen }) => {
      const fence = await target.takeOver({ epoch: 1, owner: 'writer' })
      await target.land(await judged(target, { a: 'b\n' }), fence)
      const successor = await reopen()
      expect(await successor.recover(await successor.takeOver({ epoch: 2, owner: 'successor' }))).toEqual([])
      await expect(target.recover(fence)).rejects.toMatchObject({ code: 'APPLY_GATEWAY_FENCED_OUT' })
    }),
  )
}

async function judged(target: Target, files: Record<string, FileSpec>): Promise<LandingVerdict> {
  const { repository } = target
  const base = await target.head()
  const changes = await Promise.all(
    Object.entries(files).map(async ([path, spec]) => {
      if (spec === null) return { path, entry: null }
      const { content, mode } =
        typeof spec === 'string' || spec instanceof Uint8Array ? { content: spec, mode: '100644' as const } : spec
      return { path, entry: { mode, oid: await repository.writeBlob(Buffer.from(content)) } }
    }),
  )
  const tree = await repository.writeTree(await repository.treeOf(base), changes)
  const author = { name: 'contract', email: 'contract@example.com', at: Date.now() }
  const commit = await repository.commitTree({ tree, parents: [base], message: 'Contract', author })
  return judgedAs({ base, tree, commit })
}

function judgedAs(staged: { base: ObjectId; tree: ObjectId; commit: ObjectId }): LandingVerdict {
  const patchId = patchIdSchema.parse('44444444-4444-4444-8444-444444444444')
  const { base, tree, commit } = staged
  const judgement = new Judgement({ patchId, base, tree, commit }, { checks: [], approval: false })
  judgement.preserved(tree)
  return judgement.conclude()
}
