import { readdir, readFile, realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import { CheckoutBusyError } from '../errors.ts'
import { hasCode, lstatOrNothing } from '../files.ts'

/** A worktree that has the target's branch checked out. */
export interface Checkout {
  /** The worktree's own git folder: HEAD, index. */
  gitDir: string
  workTree: string
}

/**
 * The checkout of a branch, found by reading the HEAD of each worktree; undefined if there is none.
 *
 * @throws {CheckoutBusyError} while some worktree rebases or bisects the branch: it will want to move the branch itself.
 */
export async function findCheckout(repository: GitRepository, ref: string): Promise<Checkout | undefined> {
  for (const gitDir of await gitDirectories(repository.commonDir)) {
    const operation = await operationOn(gitDir, ref)
    if (operation !== undefined) throw new CheckoutBusyError(operation)
    if ((await readHead(gitDir)) !== ref) continue
    const workTree = await workTreeOf(repository, gitDir)
    if (workTree !== undefined) return { gitDir, workTree }
  }
  return undefined
}

/** The ref that HEAD stands for; null when detached. */
export async function readHead(gitDir: string): Promise<string | null> {
  const text = await readText(join(gitDir, 'HEAD'))
  return /^ref: (.+)$/m.exec(text ?? '')?.[1] ?? null
}

/** What a person is in the middle of, in words; undefined when nothing. */
export async function operationIn(gitDir: string): Promise<string | undefined> {
  const marks = {
    MERGE_HEAD: 'a merge',
    CHERRY_PICK_HEAD: 'a cherry-pick',
    REVERT_HEAD: 'a revert',
    'rebase-merge': 'a rebase',
    'rebase-apply': 'a rebase or "git am"',
    BISECT_LOG: 'a bisection',
  }
  const found = await Promise.all(
    Object.entries(marks).map(async ([name, words]) =>
      (await lstatOrNothing(join(gitDir, name))) === undefined ? undefined : `${words} is in progress`,
    ),
  )
  return found.find((words) => words !== undefined)
}

async function operationOn(gitDir: string, ref: string): Promise<string | undefined> {
  for (const folder of ['rebase-merge', 'rebase-apply']) {
    const name = await readText(join(gitDir, folder, 'head-name'))
    if (name?.trim() === ref) return `a rebase of ${ref} is in progress`
  }
  return undefined
}

async function gitDirectories(commonDir: string): Promise<string[]> {
  const linked = join(commonDir, 'worktrees')
  const names = await readdir(linked).catch((thrown: unknown) => {
    if (hasCode(thrown, 'ENOENT')) return []
    throw thrown
  })
  return [commonDir, ...names.map((name) => join(linked, name))]
}

async function workTreeOf(repository: GitRepository, gitDir: string): Promise<string | undefined> {
  if (gitDir === repository.gitDir) return repository.workTree ?? undefined
  if (gitDir === repository.commonDir) {
    // A main worktree seen from a linked one; a bare repository has a HEAD too, but no folder.
    const { stdout } = await repository.git({ args: ['config', '--get', 'core.bare'], okExitCodes: [0, 1] })
    return stdout.trim() === 'true' ? undefined : dirname(gitDir)
  }
  const pointer = (await readText(join(gitDir, 'gitdir')))?.trim()
  if (pointer === undefined) return undefined
  return realpath(dirname(resolve(gitDir, pointer))).catch(() => undefined)
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((thrown: unknown) => {
    if (hasCode(thrown, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined
    throw thrown
  })
}
