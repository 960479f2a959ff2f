import { existsSync } from 'node:fs'
import { cp, lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GitRepository } from '@patchlane/git'
import { temporaryRepository } from '@patchlane/git/testing'
import type { ObjectId } from '@patchlane/kernel'

export interface Scene {
  /** A copy to land on, with uncommitted work of a user in it. */
  copy(): Promise<string>
  old: ObjectId
  commit: ObjectId
  remove(): Promise<void>
}

/** A repository, a commit that replaces, creates, deletes, renames and changes modes, and a user's unfinished work beside it. */
export async function makeScene(): Promise<Scene> {
  const sandbox = await temporaryRepository({
    a: 'a\n',
    'gone/deep/file': 'gone\n',
    tool: '#!/bin/sh\n',
    crlf: 'one\r\ntwo\r\n',
    binary: Buffer.from([0, 255, 1]),
    mine: 'mine\n',
    staged: 'staged\n',
  })
  const { repository } = sandbox
  const old = await repository.resolve('main')
  const blob = (content: string | Buffer) => repository.writeBlob(Buffer.from(content))
  const file = async (path: string, content: string | Buffer, mode: '100644' | '100755' | '120000' = '100644') => ({
    path,
    entry: { mode, oid: await blob(content) },
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
  const commit = await repository.commitTree({ tree, parents: [old], message: 'Land', author })
  await sandbox.write('mine', 'unsaved\n')
  await sandbox.write('staged', 'staged work\n')
  await sandbox.git('add', 'staged')
  await sandbox.write('untracked', 'untracked\n')
  await repository.close()
  const copies: string[] = []
  return {
    old,
    commit,
    async copy() {
      const directory = await mkdtemp(join(tmpdir(), 'patchlane-crash-'))
      copies.push(directory)
      await cp(sandbox.directory, directory, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
      return directory
    },
    async remove() {
      for (const directory of copies) await rm(directory, { recursive: true, force: true })
      await sandbox.remove()
    },
  }
}

const userWork = { mine: 'unsaved\n', staged: 'staged work\n', untracked: 'untracked\n' }

/** What is wrong with a scene after recovery, in words; nothing, if all is well. `head` is where it should be, if that is known. */
export async function judgeScene(directory: string, scene: Scene): Promise<string[]> {
  const problems: string[] = []
  const repository = await GitRepository.open(directory, { fsync: false })
  const head = await repository.resolve('main')
  if (head !== scene.old && head !== scene.commit) problems.push(`head is ${head}`)
  for (const [path, content] of Object.entries(userWork)) {
    const found = await readFile(join(directory, path), 'utf8').catch(() => '(gone)')
    if (found !== content) problems.push(`the user's ${path} is ${JSON.stringify(found)}`)
  }
  for (const { path, mode, oid } of await repository.listTree(head)) {
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
  if (status.join() !== '.M mine,M. staged,?? untracked') problems.push(`status: ${status.join()}`)
  if (head === scene.old && existsSync(join(directory, 'new'))) problems.push('a folder was left')
  const litter = (await readdir(join(directory, '.git'), { recursive: true })).filter((name) =>
    /\.lock$|patchlane-(?:index|lock|restore)|\.jsonl$/.test(name),
  )
  if (litter.length > 0) problems.push(`left behind: ${litter.join()}`)
  await repository.close()
  return problems
}
