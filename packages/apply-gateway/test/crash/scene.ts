import { existsSync } from 'node:fs'
import { cp, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import { runGit } from '@patchlane/git'
import type { ObjectId } from '@patchlane/kernel'
import type { Target } from '../../src/target.ts'
import { openTarget, type TargetKind } from './landing.ts'

export interface Scene {
  kind: TargetKind
  /** A copy to land on, with unfinished work of a user in it; the folder that holds all of it. */
  copy(): Promise<string>
  old: ObjectId
  commit: ObjectId
  remove(): Promise<void>
}

const files: Record<string, string | Buffer> = {
  a: 'a\n',
  'gone/deep/file': 'gone\n',
  tool: '#!/bin/sh\n',
  crlf: 'one\r\ntwo\r\n',
  binary: Buffer.from([0, 255, 1]),
  mine: 'mine\n',
  staged: 'staged\n',
}
const userWork = { mine: 'unsaved\n', staged: 'staged work\n', untracked: 'untracked\n' }

/** A place, a commit that replaces, creates, deletes, renames and changes modes, and a user's unfinished work beside it. */
export async function makeScene(kind: TargetKind): Promise<Scene> {
  const original = await mkdtemp(join(tmpdir(), 'patchlane-scene-'))
  const folder = join(original, 'folder')
  const write = async (path: string, content: string | Buffer) => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  for (const [path, content] of Object.entries(files)) await write(path, content)
  const config = ['user.name=Tester', 'user.email=tester@example.com']
  const git = (...args: string[]) => runGit({ args, cwd: folder, config })
  if (kind === 'branch') {
    await git('init', '--quiet', '--initial-branch=main')
    await git('add', '--all')
    await git('commit', '--quiet', '-m', 'First')
  }
  const target = await openTarget(original, kind)
  const { repository } = target
  const old = await target.head()
  const commit = await stage(repository, old)
  await repository.close()
  for (const [path, content] of Object.entries(userWork)) await write(path, content)
  if (kind === 'branch') await git('add', 'staged')
  const copies: string[] = []
  return {
    kind,
    old,
    commit,
    async copy() {
      const root = await mkdtemp(join(tmpdir(), 'patchlane-crash-'))
      copies.push(root)
      await cp(original, root, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
      return root
    },
    async remove() {
      for (const root of [...copies, original]) await rm(root, { recursive: true, force: true })
    },
  }
}

/** Makes the commit to land. Doing it again makes the same one. */
export async function stage(repository: GitRepository, old: ObjectId): Promise<ObjectId> {
  const file = async (path: string, content: string | Buffer, mode: '100644' | '100755' | '120000' = '100644') => ({
    path,
    entry: { mode, oid: await repository.writeBlob(Buffer.from(content)) },
  })
  const tree = await repository.writeTree(await repository.treeOf(old), [
    await file('a', 'landed\n'),
    { path: 'gone/deep/file', entry: null },
    await file('new/folder/file', 'new\n'),
    await file('tool', '#!/bin/sh\n', '100755'),
    await file('crlf', 'one\r\nTWO\r\n'),
    await file('binary', Buffer.from([0, 255, 2])),
    await file('link', 'a', '120000'),
  ])
  const author = { name: 'a', email: 'a', at: 0 }
  return repository.commitTree({ tree, parents: [old], message: 'Land', author })
}

/** Whether a commit is in the history of another; one that a power cut took is not. */
export async function holds(repository: GitRepository, head: ObjectId, commit: ObjectId): Promise<boolean> {
  return (await repository.tryResolve(commit)) !== undefined && repository.isAncestor(commit, head)
}

/** What is wrong with a scene after recovery, in words; nothing, if all is well. */
export async function judgeScene(root: string, scene: Scene): Promise<string[]> {
  const target = await openTarget(root, scene.kind)
  try {
    return await judgeTarget(root, scene, target)
  } finally {
    await target.repository.close()
  }
}

/** As {@link judgeScene}, with a target that is open already. */
export async function judgeTarget(
  root: string,
  scene: Scene,
  target: Pick<Target, 'head' | 'repository'>,
): Promise<string[]> {
  const problems: string[] = []
  const directory = join(root, 'folder')
  const { repository } = target
  const head = await target.head()
  const landed = await holds(repository, head, scene.commit)
  const expected = landed ? scene.commit : scene.old
  // In a plain folder, what people wrote is taken in as a commit of its own.
  if (scene.kind === 'branch' && head !== expected) problems.push(`head is ${head}`)
  for (const [path, content] of Object.entries(userWork)) {
    const found = await readFile(join(directory, path), 'utf8').catch(() => '(gone)')
    if (found !== content) problems.push(`the user's ${path} is ${JSON.stringify(found)}`)
  }
  for (const { path, mode, oid } of await repository.listTree(expected)) {
    if (path in userWork) continue
    const name = join(directory, path)
    const info = await lstat(name).catch(() => undefined)
    const bytes =
      info === undefined ? undefined : mode === '120000' ? Buffer.from(await readlink(name)) : await readFile(name)
    if (bytes === undefined || !bytes.equals(await repository.readBlob(oid))) problems.push(`${path} is torn`)
    else if (mode !== '120000' && ((info?.mode ?? 0) & 0o100) !== (mode === '100755' ? 0o100 : 0))
      problems.push(`${path} has the wrong mode`)
  }
  const status = (await repository.status()).map(({ path, index, workTree }) => `${index}${workTree} ${path}`)
  const usual = scene.kind === 'branch' ? '.M mine,M. staged,?? untracked' : ''
  if (status.join() !== usual) problems.push(`status: ${status.join()}`)
  if (landed && existsSync(join(directory, 'gone'))) problems.push('a deleted file or its folder was left')
  if (!landed && existsSync(join(directory, 'new'))) problems.push('a folder was left')
  const litter = (await readdir(repository.gitDir, { recursive: true })).filter((name) =>
    /\.lock$|patchlane-(?:index|lock|restore)|\.jsonl$/.test(name),
  )
  if (litter.length > 0) problems.push(`left behind: ${litter.join()}`)
  const { stdout, stderr } = await repository.git({
    args: ['fsck', '--strict', '--no-dangling', '--no-progress'],
    okExitCodes: [0, 1, 2, 3, 4, 8],
  })
  if (/error|missing|corrupt/.test(stdout + stderr)) problems.push(`fsck: ${stdout}${stderr}`)
  return problems
}
