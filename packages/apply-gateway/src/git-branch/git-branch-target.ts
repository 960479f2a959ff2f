import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GitRepository, RefTransaction, RefUpdate } from '@patchlane/git'
import {
  errorMessage,
  type ObjectId,
  objectIdSchema,
  PatchlaneError,
  type TargetLease,
  type TargetName,
} from '@patchlane/kernel'
import { identityOf } from '@patchlane/process'
import { CheckoutBusyError, HeadMovedError, LandingFailedError, UnjudgedLandingError } from '../errors.ts'
import { syncFile } from '../files.ts'
import { assertMinted, type LandingVerdict } from '../landing-verdict.ts'
import type { Fence, Recovery, Target, VisibleState } from '../target.ts'
import {
  lockIndex,
  moveFiles,
  privateIndex,
  publishIndex,
  refuseOverlaps,
  syncCheckout,
  unlockIndex,
  waitForStaleReaders,
} from './checkout-move.ts'
import { type Checkout, findCheckout, readHead } from './checkouts.ts'
import { FenceRef } from './fence.ts'
import { type HeldLock, heldLock, removeHeldLocks } from './held-locks.ts'
import { type Intent, IntentJournal, type IntentPath, type LandingCheckout } from './intent.ts'
import { type LockedRefs, RefsInDoubtError } from './locked-refs.ts'
import { type Move, ReadyMove } from './ready-move.ts'
import { isIn, recoverLanding, refLocks, syncRef } from './recover-landing.ts'
import { finishDeletions, missingFolders, restoreFiles } from './restore-files.ts'
import { visibleRecords } from './visible-records.ts'

export interface GitBranchTargetOptions {
  repository: GitRepository
  /** A full ref: `refs/heads/main`. */
  name: TargetName
  /** How long to wait for a git command of the user that holds the index. @default 5_000 */
  indexWaitMs?: number
  /** How often a ref lock of another git process is waited for, 50 milliseconds each. @default 40 */
  refLockRetries?: number
}

/** The same for all, so that git can be started before it is known what lands; the commit says which patch it was. */
const REFLOG = 'patchlane: land'

/**
 * A branch. If a worktree has it checked out, its files and index move with it, and uncommitted work elsewhere in it stays as it is.
 *
 * The order, which is what makes it whole: journal, `index.lock`, look for work in the way, lock the refs, move the files on a private
 * index, commit the refs (the commit point), publish the index, close the journal.
 */
export class GitBranchTarget implements Target {
  readonly name: TargetName
  readonly repository: GitRepository
  readonly #fence: FenceRef
  readonly #journal: IntentJournal
  readonly #readyMove: ReadyMove
  readonly #indexWaitMs: number
  readonly #refLockRetries: number

  constructor(options: GitBranchTargetOptions) {
    if (!options.name.startsWith('refs/heads/')) {
      throw new UnjudgedLandingError(`${options.name} is not a branch: give a full ref such as refs/heads/main`)
    }
    this.name = options.name
    this.repository = options.repository
    this.#fence = new FenceRef(options.repository, options.name)
    const folder = join(options.repository.commonDir, 'patchlane', 'landing')
    this.#journal = new IntentJournal(join(folder, `${encodeURIComponent(options.name)}.jsonl`))
    this.#readyMove = new ReadyMove(options.repository)
    this.#indexWaitMs = options.indexWaitMs ?? 5_000
    this.#refLockRetries = options.refLockRetries ?? 40
  }

  head(): Promise<ObjectId> {
    return this.repository.resolve(this.name)
  }

  takeOver(lease: Pick<TargetLease, 'epoch' | 'owner'>): Promise<Fence> {
    return this.#fence.takeOver(lease)
  }

  async recover(fence: Fence): Promise<Recovery[]> {
    await this.#fence.verify(fence)
    await this.#journal.sweep()
    const recovery = await this.#finishOpen(fence)
    return recovery === undefined ? [] : [recovery]
  }

  async visible(): Promise<VisibleState> {
    const checkout = await findCheckout(this.repository, this.name).catch(() => undefined)
    const directory = checkout?.workTree ?? this.repository.workTree
    const gitDir = checkout?.gitDir ?? this.repository.gitDir
    return { directory, excluded: ['.git'], records: () => visibleRecords(this.repository, gitDir, directory) }
  }

  async ready(): Promise<void> {
    const checkout = await findCheckout(this.repository, this.name)
    const gitDir = checkout?.gitDir ?? this.repository.commonDir
    await this.repository.readyRefTransaction({ message: REFLOG, gitDir })
    if (checkout !== undefined) await this.#readyMove.prepare(checkout)
  }

  async land(verdict: LandingVerdict, fence: Fence): Promise<void> {
    assertMinted(verdict)
    // Durable before files or refs depend on it; until then the disk works beside us.
    const synced = this.repository.syncObjects()
    synced.catch(() => undefined)
    await this.#assertExact(verdict)
    await this.#fence.verify(fence)
    if ((await this.head()) !== verdict.base) throw new HeadMovedError(this.name, verdict.base)
    // An earlier landing of this process that could not be ended (disk full, say) comes first.
    await this.#finishOpen(fence)
    const checkout = await findCheckout(this.repository, this.name)
    const gitDir = checkout?.gitDir ?? this.repository.commonDir
    // git takes a while to start; it does so while the intent is written down.
    const starting = this.#beginTransaction(gitDir)
    // Awaited later, or not at all; its failure is reported there.
    starting.catch(() => undefined)
    const move = checkout === undefined ? undefined : await this.#readyMove.take(checkout)
    try {
      const intent = await this.#intend(verdict, checkout, move?.token)
      const prepare = () => this.#prepare(intent, fence, gitDir, starting, synced)
      await this.#begin(intent, fence)
      if (checkout === undefined || intent.checkout === null) await this.#landRef(intent, prepare)
      else await this.#landCheckout(intent, intent.checkout, prepare, move)
    } catch (thrown) {
      if (thrown instanceof RefsInDoubtError) {
        // Mending waits for all that bears the name of this landing.
        await move?.git?.stop()
        if (await this.#mend(verdict, fence)) return
      }
      throw PatchlaneError.is(thrown) && thrown.code !== 'GIT_COMMAND_FAILED'
        ? thrown
        : new LandingFailedError(errorMessage(thrown), { cause: thrown })
    } finally {
      // Nothing that bears the name of this landing stays behind, or the next would wait for it.
      await move?.git?.stop()
      await starting.then((transaction) => transaction.abort()).catch(() => undefined)
    }
  }

  /**
   * Moves the branch to what the checkout holds already. Not a landing: for work of people that becomes part of the target.
   *
   * @throws {FencedOutError} when a later gateway took over.
   */
  async advance(move: { old: ObjectId | null; new: ObjectId }, fence: Fence | undefined): Promise<void> {
    const owned = fence === undefined ? [] : [this.#fenceHolds(fence)]
    const update: RefUpdate = { kind: 'update', ref: this.name, ...move }
    await this.repository
      .updateRefs([...owned, update], { message: 'patchlane: adopt' })
      .catch(async (thrown: unknown) => {
        if (fence !== undefined) await this.#fence.verify(fence)
        throw thrown
      })
    await syncRef(this.repository, this.name)
  }

  #fenceHolds(fence: Fence): RefUpdate {
    return { kind: 'verify', ref: this.#fence.ref, old: objectIdSchema.parse(fence.token) }
  }

  async #finishOpen(fence: Fence): Promise<Recovery | undefined> {
    const open = await this.#journal.read()
    if (open === undefined) return undefined
    const recovery = await recoverLanding(this.repository, open, {
      fence: this.#fence.ref,
      isOpen: () => this.#journal.isOpen(open.intent),
      // Waiting takes time, in which somebody else may have been called to mend it.
      assertOurs: () => this.#fence.verify(fence),
    })
    await this.#journal.end(open.intent)
    return recovery
  }

  /** What a git leaves that ended in the middle is what a crash leaves: the same mends both. Returns whether it has landed. */
  async #mend(verdict: LandingVerdict, fence: Fence): Promise<boolean> {
    // What cannot be mended now stays in the journal: the next landing, or the next start, goes on with it.
    await this.#finishOpen(fence).catch(() => undefined)
    return isIn(this.repository, await this.head(), verdict.commit)
  }

  #beginTransaction(gitDir: string): Promise<RefTransaction> {
    return this.repository.beginRefTransaction({ message: REFLOG, gitDir })
  }

  /** The commit is what was judged, and nothing else. */
  async #assertExact(verdict: LandingVerdict): Promise<void> {
    const commit = await this.repository.readCommit(verdict.commit)
    const [parent, ...others] = commit.parents
    if (commit.tree !== verdict.tree || parent !== verdict.base || others.length > 0) {
      throw new UnjudgedLandingError(`commit ${verdict.commit} is not the judged tree on the judged head`)
    }
  }

  async #intend(verdict: LandingVerdict, checkout?: Checkout, token: string = randomUUID()): Promise<Intent> {
    const owner = await identityOf()
    if (owner === undefined) throw new LandingFailedError('this process cannot be named')
    const paths: IntentPath[] =
      checkout === undefined ? [] : await this.repository.diffTrees(verdict.base, verdict.commit)
    return {
      patchId: verdict.patchId,
      ref: this.name,
      old: verdict.base,
      new: verdict.commit,
      owner,
      startedAt: Date.now(),
      token,
      checkout:
        checkout === undefined
          ? null
          : {
              ...checkout,
              paths: paths.map(({ path, before, after }) => ({ path, before, after })),
              newFolders: await missingFolders(checkout.workTree, paths),
            },
    }
  }

  /**
   * @throws {FencedOutError} when this writer was overtaken in its sleep, and the one that overtook it is landing.
   * @throws {CheckoutBusyError} when a writer that was overtaken came to in this moment.
   */
  async #begin(intent: Intent, fence: Fence): Promise<void> {
    if (await this.#journal.begin(intent)) return
    await this.#fence.verify(fence)
    await this.#finishOpen(fence)
    if (!(await this.#journal.begin(intent))) throw new CheckoutBusyError('another landing is under way')
  }

  async #landRef(intent: Intent, prepare: () => Promise<LockedRefs>): Promise<void> {
    const refs = await prepare().catch(async (thrown: unknown) => {
      if (!(thrown instanceof RefsInDoubtError)) await this.#journal.end(intent)
      throw thrown
    })
    await this.#commit(refs.transaction)
    await this.#close(intent, async () => {
      await Promise.all([removeHeldLocks(refs.locks), syncRef(this.repository, this.name)])
    })
  }

  async #landCheckout(
    intent: Intent,
    checkout: LandingCheckout,
    prepare: () => Promise<LockedRefs>,
    move: Move | undefined,
  ): Promise<void> {
    try {
      await lockIndex(checkout, intent.token, this.#indexWaitMs)
    } catch (thrown) {
      await this.#journal.end(intent)
      throw thrown
    }
    let refs: LockedRefs | undefined
    let moving = false
    let synced: Promise<void> | undefined
    try {
      await refuseOverlaps(checkout, checkout.paths)
      refs = await prepare()
      // The refs are locked now, HEAD too: what is read here stays true until the end.
      if ((await readHead(checkout.gitDir)) !== this.name) throw new CheckoutBusyError('another branch was checked out')
      moving = true
      await this.#move(intent, checkout, move)
      await finishDeletions(this.repository, checkout)
      // On disk before it takes the name of the index.
      const indexSynced = syncFile(privateIndex(checkout, intent.token))
      // Awaited before the journal is closed; the disk works while the refs are moved.
      synced = syncCheckout(checkout)
      synced.catch(() => undefined)
      await indexSynced
    } catch (thrown) {
      await refs?.transaction.abort()
      if (thrown instanceof RefsInDoubtError) throw thrown
      if (refs !== undefined) await removeHeldLocks(refs.locks)
      // Files that look like ours before we moved any are somebody else's: of the writer, say, that overtook us and landed the same patch.
      if (moving) await this.#takeBack(intent, checkout)
      else {
        await unlockIndex(checkout, intent.token)
        await this.#journal.end(intent)
      }
      throw thrown
    }
    const { transaction, locks } = refs
    await this.#commit(transaction)
    await this.#close(intent, async () => {
      // On disk the index must not be ahead of the ref, which decides after a power cut.
      await Promise.all([synced, removeHeldLocks(locks), syncRef(this.repository, this.name)])
      await publishIndex(checkout, intent.token)
      await waitForStaleReaders(checkout)
      await unlockIndex(checkout, intent.token)
    })
  }

  /**
   * What comes after the commit point. It has landed, whatever the disk says now: a journal that stays open makes the next landing, or the
   * next start, finish it first.
   */
  async #close(intent: Intent, finish: () => Promise<void>): Promise<void> {
    try {
      await finish()
      await this.#journal.end(intent)
    } catch {}
  }

  /** @throws {RefsInDoubtError} also where the ref has moved: git's answer can be lost. */
  async #commit(transaction: RefTransaction): Promise<void> {
    try {
      await transaction.commit()
    } catch (thrown) {
      await transaction.abort()
      throw new RefsInDoubtError(thrown)
    }
  }

  async #move(intent: Intent, checkout: Checkout, move: Move | undefined): Promise<void> {
    let noted: Promise<void> | undefined
    await moveFiles(this.repository, checkout, {
      token: intent.token,
      old: intent.old,
      new: intent.new,
      ready: move?.git,
      onStart: (pid) => {
        noted = this.#noteChild(pid)
        // Awaited below, with its failure; git runs meanwhile.
        noted.catch(() => undefined)
      },
    }).finally(() => noted)
  }

  async #noteChild(pid: number): Promise<void> {
    const process = await identityOf(pid)
    if (process !== undefined) await this.#journal.note({ note: 'child', process })
  }

  /** Back to before: files first, while `index.lock` still keeps others out. */
  async #takeBack(intent: Intent, checkout: LandingCheckout): Promise<void> {
    await restoreFiles(this.repository, intent)
    await syncCheckout(checkout)
    await unlockIndex(checkout, intent.token)
    await this.#journal.end(intent)
  }

  /** Locks the refs. When it returns, what they are to name is durable, too. */
  async #prepare(
    intent: Intent,
    fence: Fence,
    gitDir: string,
    starting: Promise<RefTransaction>,
    synced: Promise<void>,
  ): Promise<LockedRefs> {
    for (let attempt = 0; ; attempt++) {
      const transaction = await (attempt === 0 ? starting : this.#beginTransaction(gitDir))
      // Beside git's work: recovery also finds a git that was not noted, only later.
      const noted = this.#noteChild(transaction.pid)
      noted.catch(() => undefined)
      try {
        await transaction.prepare([
          this.#fenceHolds(fence),
          { kind: 'update', ref: this.name, new: intent.new, old: intent.old },
        ])
        const [locks] = await Promise.all([this.#noteLocks(gitDir), noted, synced])
        return { transaction, locks }
      } catch (thrown) {
        await transaction.abort()
        // A note must not come after the journal has ended.
        await noted.catch(() => undefined)
        const code = PatchlaneError.is(thrown) ? thrown.code : ''
        if (code === 'GIT_REF_LOCKED' && attempt < this.#refLockRetries) {
          await sleep(50)
          continue
        }
        if (code === 'GIT_REF_LOCKED') throw new CheckoutBusyError(errorMessage(thrown), { cause: thrown })
        if (code === 'GIT_COMMAND_FAILED') throw new RefsInDoubtError(thrown)
        if (code !== 'GIT_REF_MOVED') throw thrown
        await this.#fence.verify(fence)
        throw new HeadMovedError(this.name, intent.old, { cause: thrown })
      }
    }
  }

  async #noteLocks(gitDir: string): Promise<HeldLock[]> {
    const candidates = refLocks(this.repository, { ref: this.name, fence: this.#fence.ref, gitDir })
    const locks = (await Promise.all(candidates.map(heldLock))).flat()
    await this.#journal.note({ note: 'locks', files: locks.map(({ path, inode }) => ({ path, inode })) })
    return locks
  }
}
