import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type GitRepository, processesMarked, removeDeadLocks } from '@patchlane/git'
import type { ObjectId } from '@patchlane/kernel'
import { identityOf, isAlive, type ProcessIdentity } from '@patchlane/process'
import { CheckoutBusyError } from '../errors.ts'
import { hasCode, lstatOrNothing, removeFile, syncFolder } from '../files.ts'
import type { Recovery } from '../target.ts'
import {
  indexLock,
  privateIndex,
  publishIndex,
  readLock,
  syncCheckout,
  tokenPath,
  unlockIndex,
  waitForStaleReaders,
} from './checkout-move.ts'
import { type Checkout, readHead } from './checkouts.ts'
import { removeHeldLocks } from './held-locks.ts'
import type { Intent, LandingCheckout, OpenIntent } from './intent.ts'
import { restoreFiles } from './restore-files.ts'

const WAIT_MS = 10_000

/** Who recovers, and as long as it is theirs to do. */
export interface RecoveryDuty {
  /** The fence ref of the target. */
  fence: string
  /** Whether the landing is still on record as begun and not ended. */
  isOpen(): Promise<boolean>
  /** @throws {FencedOutError} when a later gateway took over. */
  assertOurs(): Promise<void>
}

/**
 * Finishes or undoes one landing that its writer left open. The ref says which: if it holds the new commit, the landing had happened
 * and the checkout follows; if not, the checkout goes back. Each step looks before it acts, so being killed here is no harm.
 *
 * @returns undefined when the writer came to and ended it itself.
 * @throws {CheckoutBusyError} while the writer, or a git process of its, still runs.
 */
export async function recoverLanding(
  repository: GitRepository,
  open: OpenIntent,
  duty: RecoveryDuty,
): Promise<Recovery | undefined> {
  const { intent } = open
  if (!(await waitForEnd([intent.owner, ...open.children], duty.isOpen))) return undefined
  await waitForUnnoted(intent.token)
  await duty.assertOurs()
  await removeOwnLocks(repository, open, duty.fence)
  const head = await headOf(repository, intent.ref)
  const landed = head !== undefined && (await isIn(repository, head, intent.new))
  // The writer may not have come to it, and what follows relies on it.
  if (landed) await syncRef(repository, intent.ref)
  const keptPaths = intent.checkout === null ? [] : await settleCheckout(repository, open, intent.checkout, landed)
  return { patchId: intent.patchId, commit: intent.new, outcome: landed ? 'landed' : 'undone', keptPaths }
}

/**
 * Where a branch is; undefined where somebody has deleted it. git does not tell that from a branch that it cannot read just now.
 *
 * @throws {CheckoutBusyError} for the latter.
 */
async function headOf(repository: GitRepository, ref: string): Promise<ObjectId | undefined> {
  const head = await repository.tryResolve(ref)
  if (head !== undefined) return head
  const { commonDir } = repository
  const packed = await readFile(join(commonDir, 'packed-refs'), 'utf8').catch((thrown: unknown) => {
    if (hasCode(thrown, 'ENOENT')) return ''
    throw thrown
  })
  const exists = (await lstatOrNothing(join(commonDir, ref))) !== undefined || packed.includes(` ${ref}\n`)
  if (exists) throw new CheckoutBusyError(`${ref} cannot be read just now`)
  return undefined
}

/** git syncs what a ref holds, not its name. */
export async function syncRef({ commonDir }: GitRepository, ref: string): Promise<void> {
  const top = join(commonDir, 'refs')
  for (let folder = dirname(join(commonDir, ref)); folder !== top; folder = dirname(folder)) {
    await syncFolder(folder).catch((thrown: unknown) => {
      // Refs that git has packed need no folder.
      if (!hasCode(thrown, 'ENOENT')) throw thrown
    })
  }
}

/** Whether a branch at `head` has a commit, which need not exist: an intent is written down while it is still on its way to the disk, and a power cut may take it. */
export async function isIn(repository: GitRepository, head: ObjectId, commit: ObjectId): Promise<boolean> {
  if (head === commit) return true
  return (await repository.tryResolve(commit)) !== undefined && repository.isAncestor(commit, head)
}

/**
 * The writer lost its lease; if it is alive, it finds out at its next step. Its git processes end within moments of it. False when the
 * landing is open no more.
 */
async function waitForEnd(processes: readonly ProcessIdentity[], isOpen: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + WAIT_MS
  for (const identity of processes) {
    // This very process: an earlier landing of ours failed half way and left its journal for recovery.
    if (identity.pid === process.pid) continue
    for (let delay = 5; await isAlive(identity); delay = Math.min(delay * 2, 200)) {
      if (Date.now() > deadline) throw new CheckoutBusyError(`process ${identity.pid} of an earlier landing still runs`)
      await sleep(delay)
      if (!(await isOpen())) return false
    }
  }
  return true
}

/** A git that moves files may have been started in the moment before its parent died, too late to be noted. */
async function waitForUnnoted(token: string): Promise<void> {
  const deadline = Date.now() + WAIT_MS
  for (;;) {
    const [pid] = await processesMarked(token)
    if (pid === undefined) return
    if (Date.now() > deadline) throw new CheckoutBusyError(`process ${pid} of an earlier landing still runs`)
    await sleep(50)
  }
}

/** The locks that git takes for a landing: of the branch, of the fence, and of the HEAD that stands for the branch. */
export function refLocks(
  { commonDir }: GitRepository,
  landing: { ref: string; fence: string; gitDir: string },
): [target: string, fence: string, head: string] {
  const { ref, fence, gitDir } = landing
  return [join(commonDir, `${ref}.lock`), join(commonDir, `${fence}.lock`), join(gitDir, 'HEAD.lock')]
}

/**
 * Ref locks whose makers are dead: those noted by inode, those that hold exactly what this landing was to write, and those made since it
 * began while no git is at work.
 */
async function removeOwnLocks(repository: GitRepository, open: OpenIntent, fence: string): Promise<void> {
  await removeHeldLocks(open.locks)
  const { ref, new: landed, checkout, startedAt } = open.intent
  const gitDir = checkout?.gitDir ?? repository.commonDir
  const locks = refLocks(repository, { ref, fence, gitDir })
  const content = await readFile(locks[0], 'utf8').catch(() => undefined)
  if (content?.trim() === landed) await removeFile(locks[0])
  const directories = [repository.commonDir, gitDir, ...(checkout === null ? [] : [checkout.workTree])]
  // Clocks of files are a little coarser than ours.
  const held = await removeDeadLocks({ locks, directories, since: startedAt - 1_000, waitMs: WAIT_MS })
  if (held.length > 0) throw new CheckoutBusyError(`another git command holds ${held.join(', ')}`)
}

async function settleCheckout(
  repository: GitRepository,
  open: OpenIntent,
  checkout: LandingCheckout,
  landed: boolean,
): Promise<string[]> {
  const { intent } = open
  const rebooted = intent.owner.bootId !== (await identityOf())?.bootId
  const held = await holdsIndex(intent.token, checkout)
  if (!held && rebooted) await removeSpoiltLock(repository, open, checkout)
  if (!held) return settleWithoutLock(repository, intent, { checkout, landed, rebooted })
  if (!landed) {
    const kept = await restoreFiles(repository, intent)
    await syncCheckout(checkout)
    await unlockIndex(checkout, intent.token)
    return kept
  }
  const kept = await finishFiles(repository, intent, checkout)
  await publishIndex(checkout, intent.token)
  await waitForStaleReaders(checkout)
  await unlockIndex(checkout, intent.token)
  return kept
}

/** A power cut can leave our lock without its token. */
async function removeSpoiltLock(repository: GitRepository, open: OpenIntent, checkout: LandingCheckout): Promise<void> {
  const directories = [repository.commonDir, checkout.gitDir, checkout.workTree]
  const lock = indexLock(checkout)
  const held = await removeDeadLocks({ locks: [lock], directories, since: open.intent.startedAt - 1_000 })
  if (held.length > 0) throw new CheckoutBusyError(`another git command holds ${lock}`)
}

/**
 * Without our lock nothing was begun, or all was ended, or somebody removed the lock by hand. The last leaves files or index on the wrong
 * side, so both are looked at; a branch that has moved on, or is checked out no more, is left alone.
 */
async function settleWithoutLock(
  repository: GitRepository,
  intent: Intent,
  state: { checkout: LandingCheckout; landed: boolean; rebooted: boolean },
): Promise<string[]> {
  const { checkout, landed, rebooted } = state
  const hadIndex = (await lstatOrNothing(privateIndex(checkout, intent.token))) !== undefined
  // The private index goes last, so all was ended; only a power cut can have taken back what was done. What differs now is people's work.
  if (!hadIndex && !rebooted) {
    await removeFile(tokenPath(checkout, intent.token))
    return []
  }
  for (const end of ['', '.lock']) await removeFile(`${privateIndex(checkout, intent.token)}${end}`)
  await removeFile(tokenPath(checkout, intent.token))
  await syncFolder(checkout.gitDir)
  const head = await headOf(repository, intent.ref)
  if ((await readHead(checkout.gitDir)) !== intent.ref) return []
  if (!landed) {
    const kept = head === intent.old ? await restoreFiles(repository, intent) : []
    await syncCheckout(checkout)
    return kept
  }
  // A power cut may have taken the private index and the new one alike; an index that is right already stays as it is.
  if ((hadIndex || rebooted) && head === intent.new) {
    await repository.git({
      // The index alone: what a power cut left of the files is mended after it.
      args: ['read-tree', '-m', '-i', intent.old, intent.new],
      cwd: checkout.workTree,
      env: { GIT_DIR: checkout.gitDir, GIT_WORK_TREE: checkout.workTree },
      okExitCodes: [0, 128],
    })
  }
  return finishFiles(repository, intent, checkout)
}

async function finishFiles(repository: GitRepository, intent: Intent, checkout: LandingCheckout): Promise<string[]> {
  // Only if the branch still is where the landing put it: a later commit or switch has its own say about the files.
  if ((await headOf(repository, intent.ref)) !== intent.new) return []
  const kept = await restoreFiles(repository, intent, { to: 'new' })
  await syncCheckout(checkout)
  return kept
}

/** Whether the lock on the index still is this landing's. */
async function holdsIndex(token: string, checkout: Checkout): Promise<boolean> {
  const lock = indexLock(checkout)
  const found = await lstatOrNothing(lock)
  // Anything longer is somebody's index.
  if (found === undefined || found.size > 100n) return false
  return (await readLock(lock)) === token
}
