import { randomBytes } from 'node:crypto'
import { mkdir, realpath, statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ObjectId, sha256, workspaceIdSchema } from '@patchlane/kernel'
import { identityOf, runProcess } from '@patchlane/process'
import pLimit, { type LimitFunction } from 'p-limit'
import type { CheckoutWishes } from './checkout-wishes.ts'
import { directorySize } from './directory-size.ts'
import {
  WorkspaceLargeFilesError,
  WorkspaceLimitError,
  WorkspaceLostError,
  WorkspaceNotFoundError,
  WorkspaceSpoiledError,
} from './errors.ts'
import { GitWorktreeAdapter, type RebaseOutcome } from './git-worktree-adapter.ts'
import { processesIn } from './holders.ts'
import { formatLockReason } from './lock-reason.ts'
import { MemoryWorkspaceStore } from './memory/memory-workspace-store.ts'
import { Reaper, type ReapOptions, type ReapReport } from './reaper.ts'
import { readWork, saveWork } from './rescue.ts'
import type { Slot } from './slot.ts'
import { sparsePatterns } from './sparse-patterns.ts'
import { infoOf, type WorkspaceInfo } from './workspace-info.ts'
import type { LeaseRequest, WorkspaceManagerOptions } from './workspace-options.ts'
import { WorkspacePreparation } from './workspace-preparation.ts'
import type { WorkspaceRecord } from './workspace-record.ts'
import { WorkspaceRegistry } from './workspace-registry.ts'
import { assertOutside, defaultWorkspaceRoot } from './workspace-root.ts'
import { WorkspaceSession } from './workspace-session.ts'
import type { WorkspaceStore } from './workspace-store.ts'

/** For show: a step of ours that was broken off is taken up as soon as its process is dead. */
const STEP_TTL_MS = 600_000

/**
 * Lends worktrees to agents: each to one holder, each clean and at the commit asked for.
 *
 * - A lease ends by `release`, or when its time is over *and* nobody who could be working in it lives. Work found then is saved under
 *   `refs/patchlane/rescue/` before the workspace is used again.
 * - Any number may be leased at once, from any number of processes.
 * - A crash at any point leaves nothing that the next {@link reap} does not find.
 */
export class WorkspaceManager {
  readonly store: WorkspaceStore
  readonly root: string
  readonly #options: WorkspaceManagerOptions
  /** What the repository is called in the store. */
  readonly repoId: string
  readonly #registry: WorkspaceRegistry
  readonly #checkouts: LimitFunction
  readonly #choosing = pLimit(1)
  #adapter: Promise<GitWorktreeAdapter> | undefined

  /** @throws {WorkspaceRootError} when `root` is inside the repository. */
  constructor(options: WorkspaceManagerOptions) {
    const { commonDir, workTree } = options.repository
    this.#options = options
    this.root = options.root ?? defaultWorkspaceRoot(commonDir)
    assertOutside(this.root, workTree, commonDir)
    this.store = options.store ?? new MemoryWorkspaceStore()
    this.repoId = options.repoId ?? `git:${sha256(commonDir).slice(0, 16)}`
    this.#checkouts = pLimit(options.checkouts ?? 4)
    this.#registry = new WorkspaceRegistry({
      store: this.store,
      repoId: this.repoId,
      home: `${hostname()}:${this.root}`,
      adapter: () => this.#ready(),
    })
  }

  /**
   * @throws {WorkspaceLimitError} when all that are allowed are in use, after `waitMs`.
   * @throws {ObjectNotFoundError} when the repository has no such commit.
   * @throws {UnsafePathError} when a folder of `sparse` is outside the tree.
   * @throws {WorkspaceLargeFilesError}, {WorkspaceSubmoduleError} when these were asked for and this machine does not have them.
   */
  async lease(request: LeaseRequest): Promise<WorkspaceSession> {
    await this.#options.repository.resolve(request.commit)
    await this.#assertPossible(this.#wishes(request))
    const deadline = performance.now() + (request.waitMs ?? 0)
    for (let round = 0; ; round++) {
      request.signal?.throwIfAborted()
      const session = (await this.#leaseIdle(request)) ?? (await this.#leaseNew(request))
      if (session !== undefined) return session
      // What the dead left behind counts against the limit only until it is looked at.
      if (round % 20 === 0 && (await this.reap()).reclaimed > 0) continue
      if (performance.now() >= deadline) throw new WorkspaceLimitError(`${this.#max} are in use, which is the limit`)
      await sleep(150 + Math.random() * 100, undefined, request.signal === undefined ? {} : { signal: request.signal })
    }
  }

  /** All of this repository on this machine. */
  async list(options: { sizes?: boolean } = {}): Promise<WorkspaceInfo[]> {
    await this.#registry.adopt()
    const now = await this.store.now()
    return Promise.all(
      (await this.#registry.records()).map(async (record) => {
        const size = options.sizes ? await directorySize(record.directory) : record.sizeBytes
        return { ...infoOf(record, now), size }
      }),
    )
  }

  /** Takes back what nobody holds any more. With `all`, the idle ones are removed too. */
  async reap(options: ReapOptions = {}): Promise<ReapReport & { removed: WorkspaceInfo[] }> {
    await this.#registry.adopt()
    const adapter = await this.#ready()
    const reaper = new Reaper({
      repository: this.#options.repository,
      adapter,
      store: this.store,
      claim: (record) => this.#registry.claim(record, { status: 'reclaiming' }, STEP_TTL_MS),
      restore: (record, commit) => this.#restore(adapter, record, commit),
      toIdle: (record, commit) => this.#registry.toIdle(record, commit),
      remove: (record) => this.#remove(record),
    })
    const { removed, ...report } = await reaper.reap(await this.#registry.records(), options)
    const now = await this.store.now()
    return { ...report, removed: removed.map((record) => infoOf(record, now)) }
  }

  /**
   * Moves a workspace that somebody holds, with the work in it, onto another commit. Where the two conflict, nothing is changed and the
   * conflicts are named.
   *
   * @throws {WorkspaceNotFoundError} when nobody holds such a workspace.
   * @throws {ObjectNotFoundError} when the repository has no such commit.
   */
  async rebase(id: string, commit: ObjectId): Promise<RebaseOutcome> {
    await this.#options.repository.resolve(commit)
    await this.#registry.adopt()
    const record = await this.#registry.find(id)
    if (record?.status !== 'leased') throw new WorkspaceNotFoundError(id)
    return this.#rebase(record, commit)
  }

  /** Saves what is in a workspace under a rescue ref, whoever holds it, and leaves it as it is. */
  async rescue(id: string): Promise<{ ref: string }> {
    await this.#registry.adopt()
    const record = await this.#registry.find(id)
    if (record === undefined || record.commit === null) throw new WorkspaceNotFoundError(id)
    const { repository } = this.#options
    const work = await readWork({ repository, adapter: await this.#ready(), id, commit: record.commit })
    const ref = await saveWork({ repository, record, work })
    await this.store.update(record.id, record.epoch, { rescueRef: ref })
    return { ref }
  }

  #wishes(request: LeaseRequest): CheckoutWishes {
    const { sparse, submodules, largeFiles } = { ...this.#options.checkout, ...request }
    return {
      ...(sparse === undefined ? {} : { sparse }),
      ...(submodules === undefined ? {} : { submodules }),
      ...(largeFiles === undefined ? {} : { largeFiles }),
    }
  }

  /** What is wrong with the wishes is no fault of any worktree. */
  async #assertPossible({ sparse, largeFiles }: CheckoutWishes): Promise<void> {
    sparsePatterns(sparse ?? [])
    if (!largeFiles) return
    const lfs = await runProcess({ file: 'git-lfs', args: ['version'], timeoutMs: 30_000 }).catch((cause: unknown) => {
      throw new WorkspaceLargeFilesError({ cause })
    })
    if (lfs.exitCode !== 0) throw new WorkspaceLargeFilesError()
  }

  get #max(): number {
    return this.#options.max ?? 50
  }

  #ready(): Promise<GitWorktreeAdapter> {
    this.#adapter ??= this.#start()
    return this.#adapter
  }

  async #start(): Promise<GitWorktreeAdapter> {
    await mkdir(join(this.root, '.slots'), { recursive: true, mode: 0o700 })
    const root = await realpath(this.root)
    assertOutside(root, this.#options.repository.workTree, this.#options.repository.commonDir)
    const { repository, maxFileBytes, maxFiles, setup } = this.#options
    return new GitWorktreeAdapter({
      repository,
      root,
      ...(maxFileBytes === undefined ? {} : { maxFileBytes }),
      ...(maxFiles === undefined ? {} : { maxFiles }),
      ...(setup?.keep === undefined ? {} : { keep: setup.keep }),
    })
  }

  async #leaseIdle(request: LeaseRequest): Promise<WorkspaceSession | undefined> {
    const adapter = await this.#ready()
    for (;;) {
      const record = await this.#choosing(() => this.#takeIdle(request))
      if (record === undefined) return undefined
      const slot = adapter.slot(record.id)
      try {
        const preparation = this.#preparation(adapter, slot)
        await this.#checkouts(() => preparation.advance(record.commit, request.commit, this.#wishes(request)))
        return await this.#handOut(adapter, slot, record, request)
      } catch (thrown) {
        await this.#remove(record)
        // A spoiled workspace is the pool's trouble, not the caller's: the next one, or a new one, will do.
        if (!(thrown instanceof WorkspaceSpoiledError)) throw thrown
        request.signal?.throwIfAborted()
      }
    }
  }

  /** One idle workspace, those already at the commit first, then the latest used: the nearest to what is wanted. */
  async #takeIdle(request: LeaseRequest): Promise<WorkspaceRecord | undefined> {
    const idle = (await this.#registry.records())
      .filter(({ status }) => status === 'idle')
      .sort(
        (a, b) =>
          Number(b.commit === request.commit) - Number(a.commit === request.commit) ||
          (b.heartbeatAt ?? 0) - (a.heartbeatAt ?? 0),
      )
    for (const record of idle) {
      // Not leased before it is ready: what a crash leaves half checked out must not look like somebody's work.
      const claimed = await this.#registry.claim(record, { status: 'preparing', holder: request.holder }, STEP_TTL_MS)
      if (claimed !== undefined) return claimed
    }
    return undefined
  }

  async #leaseNew(request: LeaseRequest): Promise<WorkspaceSession | undefined> {
    const adapter = await this.#ready()
    await this.#registry.adopt()
    await this.#assertRoom()
    const id = workspaceIdSchema.parse(`ws-${randomBytes(5).toString('hex')}`)
    const now = await this.store.now()
    const slot = adapter.slot(id)
    const record: WorkspaceRecord = {
      id,
      repoId: this.repoId,
      home: this.#registry.home,
      directory: slot.directory,
      status: 'preparing',
      holder: request.holder,
      process: (await identityOf()) ?? null,
      commit: null,
      children: [],
      epoch: 1,
      createdAt: now,
      leasedAt: now,
      heartbeatAt: now,
      expiresAt: now + STEP_TTL_MS,
      sizeBytes: null,
      rescueRef: null,
    }
    if (!(await this.store.insert(record, this.#max))) return undefined
    try {
      await this.#checkouts(() =>
        adapter.create(id, request.commit, formatLockReason(record, STEP_TTL_MS), this.#wishes(request)),
      )
      await this.#preparation(adapter, slot).complete(this.#wishes(request))
      if (this.#options.maxBytes !== undefined)
        await this.store.update(id, record.epoch, { sizeBytes: await directorySize(slot.directory) })
      return await this.#handOut(adapter, slot, record, request)
    } catch (thrown) {
      await this.#remove(record)
      throw thrown
    }
  }

  async #handOut(
    adapter: GitWorktreeAdapter,
    slot: Slot,
    prepared: WorkspaceRecord,
    request: LeaseRequest,
  ): Promise<WorkspaceSession> {
    const ttlMs = request.ttlMs ?? 3_600_000
    const holding = request.process ?? (await identityOf()) ?? null
    const lease = { status: 'leased', holder: request.holder, process: holding, commit: request.commit } as const
    const record = await this.#registry.claim(prepared, lease, ttlMs)
    if (record === undefined) throw new WorkspaceLostError(prepared.id)
    return new WorkspaceSession({
      slot,
      record,
      commit: request.commit,
      ttlMs,
      host: {
        store: this.store,
        adapter,
        rebase: (each, commit) => this.#rebase(each, commit),
        giveBack: (each) => this.#giveBack(each),
      },
    })
  }

  #preparation(adapter: GitWorktreeAdapter, slot: Slot): WorkspacePreparation {
    const { repository, dependencies = 'share', setup } = this.#options
    return new WorkspacePreparation({
      ...{ repository, adapter, slot, dependencies },
      ...(setup === undefined ? {} : { setup }),
    })
  }

  /** @throws {WorkspaceLimitError} when the disk is too full for another one. */
  async #assertRoom(): Promise<void> {
    const { maxBytes, minFreeBytes = 256 * 1024 * 1024 } = this.#options
    const disk = await statfs(this.root)
    if (disk.bavail * disk.bsize < minFreeBytes)
      throw new WorkspaceLimitError(`the disk of ${this.root} has less than ${minFreeBytes} bytes left`)
    if (maxBytes === undefined) return
    const used = (await this.#registry.records()).reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0)
    if (used >= maxBytes)
      throw new WorkspaceLimitError(`all together take ${used} bytes, over the limit of ${maxBytes}`)
  }

  async #giveBack(record: WorkspaceRecord): Promise<void> {
    const adapter = await this.#ready()
    const claimed = await this.#registry.claim(record, { status: 'reclaiming' }, STEP_TTL_MS)
    const commit = claimed?.commit
    if (claimed === undefined || commit === undefined || commit === null) return
    // Something the holder started still works here: the reaper looks again when it is gone.
    if ((await processesIn(record.directory)).length > 0) {
      await this.store.update(claimed.id, claimed.epoch, { process: null, children: [], expiresAt: 0 })
      return
    }
    try {
      await this.#restore(adapter, claimed, commit)
      if (this.#options.maxBytes !== undefined)
        await this.store.update(claimed.id, claimed.epoch, { sizeBytes: await directorySize(claimed.directory) })
      await this.#registry.toIdle(claimed, commit)
    } catch {
      await this.#remove(claimed)
    }
  }

  async #restore(adapter: GitWorktreeAdapter, record: WorkspaceRecord, commit: ObjectId): Promise<void> {
    const preparation = this.#preparation(adapter, adapter.slot(record.id))
    await this.#checkouts(() => preparation.restore(commit))
  }

  async #rebase({ id }: WorkspaceRecord, commit: ObjectId): Promise<RebaseOutcome> {
    const adapter = await this.#ready()
    const slot = adapter.slot(id)
    return slot.exclusively(async () => {
      const record = await this.store.get(id)
      if (record?.status !== 'leased' || record.commit === null) throw new WorkspaceLostError(id)
      const outcome = await adapter.rebase(slot, record.commit, commit)
      if (!outcome.rebased) return outcome
      if ((await this.store.update(id, record.epoch, { commit })) === undefined) throw new WorkspaceLostError(id)
      await this.#preparation(adapter, slot).supplement()
      return outcome
    })
  }

  async #remove(record: WorkspaceRecord): Promise<void> {
    const adapter = await this.#ready()
    await adapter.remove(adapter.slot(record.id))
    const current = await this.store.get(record.id)
    if (current !== undefined) await this.store.remove(current.id, current.epoch)
  }
}
