import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GitRepository } from '@patchlane/git'
import { isAlive, type ProcessIdentity } from '@patchlane/process'
import { CheckoutBusyError } from '../errors.ts'
import { lstatOrNothing, removeFile } from '../files.ts'
import type { Recovery } from '../target.ts'
import { indexLock, privateIndex, publishIndex, syncCheckout, tokenPath, unlockIndex } from './checkout-move.ts'
import { type Checkout, readHead } from './checkouts.ts'
import type { Intent, OpenIntent } from './intent.ts'
import { restoreFiles } from './restore-files.ts'

const WAIT_MS = 10_000

/**
 * Finishes or undoes one landing that its writer left open. The ref says which: if it holds the new commit, the landing had happened
 * and the checkout follows; if not, the checkout goes back. Each step looks before it acts, so being killed here is no harm.
 *
 * @throws {CheckoutBusyError} while the writer, or a git process of its, still runs.
 */
export async function recoverLanding(repository: GitRepository, open: OpenIntent): Promise<Recovery> {
  const { intent } = open
  await waitForEnd([intent.owner, ...open.children])
  await removeOwnLocks(repository, open)
  const head = await repository.tryResolve(intent.ref)
  const landed = head !== undefined && (await repository.isAncestor(intent.new, head))
  const keptPaths = intent.checkout === null ? [] : await settleCheckout(repository, open, intent.checkout, landed)
  return { patchId: intent.patchId, commit: intent.new, outcome: landed ? 'landed' : 'undone', keptPaths }
}

/** The writer lost its lease; if it is alive, it finds out at its next step. Its git processes end within moments of it. */
async function waitForEnd(processes: readonly ProcessIdentity[]): Promise<void> {
  const deadline = Date.now() + WAIT_MS
  for (const identity of processes) {
    // This very process: an earlier landing of ours failed half way and left its journal for recovery.
    if (identity.pid === process.pid) continue
    for (let delay = 5; await isAlive(identity); delay = Math.min(delay * 2, 200)) {
      if (Date.now() > deadline) throw new CheckoutBusyError(`process ${identity.pid} of an earlier landing still runs`)
      await sleep(delay)
    }
  }
}

/** Ref locks whose makers are dead: those noted by inode, and those that hold exactly what this landing was to write. */
async function removeOwnLocks(repository: GitRepository, open: OpenIntent): Promise<void> {
  for (const { path, inode } of open.locks) {
    const found = await lstatOrNothing(path)
    if (found !== undefined && String(found.ino) === inode) await removeFile(path)
  }
  const targetLock = join(repository.commonDir, `${open.intent.ref}.lock`)
  const content = await readFile(targetLock, 'utf8').catch(() => undefined)
  if (content?.trim() === open.intent.new) await removeFile(targetLock)
}

async function settleCheckout(
  repository: GitRepository,
  open: OpenIntent,
  checkout: Checkout,
  landed: boolean,
): Promise<string[]> {
  const { intent } = open
  const held = await heldIndex(open, checkout)
  if (held === 'none') return settleWithoutLock(repository, intent, checkout, landed)
  if (!landed) {
    const kept = await restoreFiles(repository, intent)
    await unlockIndex(checkout, intent.token)
    return kept
  }
  const kept = await finishFiles(repository, intent, checkout)
  if (held === 'token') await publishIndex(checkout, intent.token)
  else await rename(indexLock(checkout), join(checkout.gitDir, 'index'))
  return kept
}

/**
 * Without our lock nothing was begun, or all was ended, or somebody removed the lock by hand. The last leaves files or index on the wrong
 * side, so both are looked at; a branch that has moved on, or is checked out no more, is left alone.
 */
async function settleWithoutLock(
  repository: GitRepository,
  intent: Intent,
  checkout: Checkout,
  landed: boolean,
): Promise<string[]> {
  const hadIndex = (await lstatOrNothing(privateIndex(checkout, intent.token))) !== undefined
  for (const end of ['', '.lock']) await removeFile(`${privateIndex(checkout, intent.token)}${end}`)
  await removeFile(tokenPath(checkout, intent.token))
  const head = await repository.tryResolve(intent.ref)
  if ((await readHead(checkout.gitDir)) !== intent.ref) return []
  if (!landed) return head === intent.old ? restoreFiles(repository, intent) : []
  if (hadIndex && head === intent.new) {
    await repository.git({
      args: ['read-tree', '-m', intent.old, intent.new],
      cwd: checkout.workTree,
      env: { GIT_DIR: checkout.gitDir, GIT_WORK_TREE: checkout.workTree },
      okExitCodes: [0, 128],
    })
  }
  return finishFiles(repository, intent, checkout)
}

async function finishFiles(repository: GitRepository, intent: Intent, checkout: Checkout): Promise<string[]> {
  // Only if the branch still is where the landing put it: a later commit or switch has its own say about the files.
  if ((await repository.tryResolve(intent.ref)) !== intent.new) return []
  const kept = await restoreFiles(repository, intent, { to: 'new' })
  await syncCheckout(checkout, intent.checkout?.paths ?? [])
  return kept
}

/** `token`: our lock, index not yet moved. `index`: our finished index stands in the lock's place. `none`: not ours. */
async function heldIndex(open: OpenIntent, checkout: Checkout): Promise<'token' | 'index' | 'none'> {
  const lock = indexLock(checkout)
  const found = await lstatOrNothing(lock)
  if (found === undefined) return 'none'
  if (open.indexInode !== undefined && String(found.ino) === open.indexInode) return 'index'
  if (found.size > 100n) return 'none'
  const text = await readFile(lock, 'utf8').catch(() => '')
  return text === open.intent.token ? 'token' : 'none'
}
