import { link, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type GitRepository, gitsAtWork, type WaitingGit, type WaitingGitRequest } from '@patchlane/git'
import { type ObjectId, PatchlaneError } from '@patchlane/kernel'
import { CheckoutBusyError, CheckoutOverlapError } from '../errors.ts'
import { hasCode, lstatOrNothing, removeFile, syncFile, syncFolder } from '../files.ts'
import { type Checkout, operationIn } from './checkouts.ts'
import type { IntentPath, LandingCheckout } from './intent.ts'
import { foldersOfDeleted } from './restore-files.ts'

/** The index under another name while a landing works on it. */
export function privateIndex(checkout: Checkout, token: string): string {
  return join(checkout.gitDir, `patchlane-index-${token}`)
}

export function indexLock(checkout: Checkout): string {
  return join(checkout.gitDir, 'index.lock')
}

/**
 * Takes git's own lock on the index, with the landing's token in it, and sets the private copy up. Waits for a git command that is
 * running; a person's `git commit` holds the lock while its editor is open.
 *
 * @throws {CheckoutBusyError} when the lock stays taken, or a merge or rebase is under way.
 */
export async function lockIndex(checkout: Checkout, token: string, waitMs: number): Promise<void> {
  try {
    await takeLock(checkout, token, waitMs)
    await removeFile(tokenPath(checkout, token))
    const operation = await operationIn(checkout.gitDir)
    if (operation !== undefined) throw new CheckoutBusyError(operation)
    await link(join(checkout.gitDir, 'index'), privateIndex(checkout, token)).catch((thrown: unknown) => {
      if (!hasCode(thrown, 'ENOENT')) throw thrown
    })
  } catch (thrown) {
    await unlockIndex(checkout, token)
    throw thrown
  }
}

async function takeLock(checkout: Checkout, token: string, waitMs: number): Promise<void> {
  const lock = indexLock(checkout)
  // Made elsewhere and linked, so that the lock never exists without its token.
  await writeFile(tokenPath(checkout, token), token)
  const deadline = Date.now() + waitMs
  for (let delay = 5; ; delay = Math.min(delay * 2, 200)) {
    try {
      return await link(tokenPath(checkout, token), lock)
    } catch (thrown) {
      if (!hasCode(thrown, 'EEXIST')) throw thrown
      if (Date.now() >= deadline) throw new CheckoutBusyError(`another git command holds ${lock}`, { cause: thrown })
      await sleep(delay)
    }
  }
}

/** Where the token waits to become the lock; left there only by a kill. */
export function tokenPath(checkout: Checkout, token: string): string {
  return join(checkout.gitDir, `patchlane-lock-${token}`)
}

/** What a lock on the index holds; undefined without one. A disk that will not say is an error: the lock may be ours. */
export async function readLock(lock: string): Promise<string | undefined> {
  return readFile(lock, 'latin1').catch((thrown: unknown) => {
    if (hasCode(thrown, 'ENOENT')) return undefined
    throw thrown
  })
}

/** Gives the lock back, durably: after a power cut nobody would know whose it was. A lock that is not this landing's stays. */
export async function unlockIndex(checkout: Checkout, token: string): Promise<void> {
  const index = privateIndex(checkout, token)
  await Promise.all([index, `${index}.lock`, tokenPath(checkout, token)].map(removeFile))
  const lock = indexLock(checkout)
  if ((await readLock(lock)) === token) await removeFile(lock)
  await syncFolder(checkout.gitDir)
}

/**
 * Finds what git would not mind overwriting, but a person would: files in the way that git does not track (ignored ones too), tracked
 * files that somebody removed, and folders that became links.
 *
 * @throws {CheckoutOverlapError}
 */
export async function refuseOverlaps(checkout: Checkout, paths: readonly IntentPath[]): Promise<void> {
  const folders = new Set<string>()
  // A folder may stand where a file comes if the same landing empties it.
  const removed = new Set(paths.filter(({ after }) => after === null).map(({ path }) => path))
  const overlaps: string[] = []
  await Promise.all(
    paths.map(async ({ path, before, after }) => {
      const found = await lstatOrNothing(join(checkout.workTree, path))
      if (before === null && found !== undefined) {
        const emptied = found.isDirectory() && [...removed].some((other) => other.startsWith(`${path}/`))
        if (!emptied) overlaps.push(path)
      }
      if (before !== null && found === undefined) overlaps.push(path)
      if (before === null && after === null) overlaps.push(path)
      for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder)
    }),
  )
  await Promise.all(
    [...folders].map(async (folder) => {
      const found = await lstatOrNothing(join(checkout.workTree, folder))
      if (found !== undefined && !found.isDirectory() && !removed.has(folder)) overlaps.push(folder)
    }),
  )
  if (overlaps.length > 0) throw new CheckoutOverlapError([...new Set(overlaps)].sort())
}

/** How long git may take to move files. */
const MOVE_MS = 600_000

/** What moves the files, without the commits to move between. */
export function readTreeRequest(checkout: Checkout, token: string): WaitingGitRequest {
  return {
    args: ['read-tree', '-m', '-u'],
    cwd: checkout.workTree,
    env: {
      GIT_DIR: checkout.gitDir,
      GIT_WORK_TREE: checkout.workTree,
      GIT_INDEX_FILE: privateIndex(checkout, token),
    },
  }
}

/**
 * Moves files and private index from one commit to the other. git looks at everything first: when it refuses, nothing was changed.
 *
 * @throws {CheckoutOverlapError} when uncommitted work is in the way.
 */
export async function moveFiles(
  repository: GitRepository,
  checkout: Checkout,
  move: { token: string; old: ObjectId; new: ObjectId; ready?: WaitingGit | undefined; onStart: (pid: number) => void },
): Promise<void> {
  const { args, ...place } = readTreeRequest(checkout, move.token)
  const common = { ...place, timeoutMs: MOVE_MS, onStart: move.onStart }
  const readTree = () => repository.git({ ...common, args: [...args, move.old, move.new] })
  const first = async () => {
    if (move.ready === undefined) return readTree()
    move.onStart(move.ready.pid)
    return move.ready.run([move.old, move.new], { timeoutMs: MOVE_MS })
  }
  const refused = await first().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (refused === undefined) return
  if (overlapsIn(refused).length === 0) throw refused
  // A file that was touched but not changed looks changed to git until the index is refreshed. That reads much, so only when needed.
  await repository.git({ ...common, args: ['update-index', '-q', '--refresh'], okExitCodes: [0, 1] })
  await readTree().catch((thrown: unknown) => {
    const overlaps = overlapsIn(thrown)
    throw overlaps.length > 0 ? new CheckoutOverlapError(overlaps, { cause: thrown }) : thrown
  })
}

function overlapsIn(thrown: unknown): string[] {
  const stderr = PatchlaneError.is(thrown) && 'stderr' in thrown ? String(thrown.stderr) : ''
  const names = [
    ...stderr.matchAll(/^error: Entry '(.+)' (?:not uptodate|would be overwritten|overlaps)/gm),
    ...stderr.matchAll(/^error: Untracked working tree file '(.+)' would be/gm),
    ...stderr.matchAll(/^error: Updating '(.+)' would lose untracked files/gm),
    ...stderr.matchAll(/^error: '(.+)' appears as both a file and as a directory/gm),
    // The long form, when git feels like explaining.
    ...stderr.matchAll(/^\t(.+)$/gm),
  ]
  return [...new Set(names.map((match) => match[1] ?? ''))].filter((name) => name !== '').sort()
}

/** How long a git command that may have read the index before us is waited for. */
const STALE_READER_MS = 5_000

/** The private index becomes the index. The lock stays. */
export async function publishIndex(checkout: Checkout, token: string): Promise<void> {
  await rename(privateIndex(checkout, token), join(checkout.gitDir, 'index')).catch((thrown: unknown) => {
    if (!hasCode(thrown, 'ENOENT')) throw thrown
  })
}

/**
 * Waits for the git commands that were at work when the index was published. `git commit` reads the index *before* it takes the lock and
 * writes back what it read: were the lock free by then, it would put the old index back, and the next commit would take the landing out
 * again. While the lock is held it fails instead, and can be repeated.
 */
export async function waitForStaleReaders(checkout: Checkout): Promise<void> {
  const deadline = Date.now() + STALE_READER_MS
  const folders = [checkout.workTree, checkout.gitDir]
  let readers = gitsAtWork(folders)
  for (let delay = 2; readers.length > 0 && Date.now() < deadline; delay = Math.min(delay * 2, 50)) {
    await sleep(delay)
    const alive = new Set(gitsAtWork(folders))
    readers = readers.filter((pid) => alive.has(pid))
  }
}

/** Makes the files of a landing (or of its undoing) durable, so that the journal may be closed. */
export async function syncCheckout(checkout: LandingCheckout): Promise<void> {
  const { workTree, paths, newFolders } = checkout
  const files = paths.map(({ path }) => join(workTree, path))
  // Folders that landing made, and those that undoing it made again.
  const made = [...newFolders, ...foldersOfDeleted(paths)].map((folder) => join(workTree, folder))
  const folders = new Set([...files, ...made].map(dirname))
  // Bytes and names are durable by calls of their own, in any order: the journal knows of all until both are.
  await Promise.all([...files.map(syncPlainFile), ...[...folders].map((folder) => syncNearestFolder(folder, workTree))])
}

/** Links have no bytes of their own to sync, and following them could leave the worktree. */
async function syncPlainFile(file: string): Promise<void> {
  if ((await lstatOrNothing(file))?.isFile() === true) await syncFile(file)
}

/** The folder, or where it is gone the one that it is gone from. */
async function syncNearestFolder(folder: string, top: string): Promise<void> {
  for (let nearest = folder; ; nearest = dirname(nearest)) {
    try {
      return await syncFolder(nearest)
    } catch (thrown) {
      if (!hasCode(thrown, 'ENOENT', 'ENOTDIR') || nearest === top) throw thrown
    }
  }
}
