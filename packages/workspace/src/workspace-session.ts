import type { FileChange, ObjectId, WorkspaceId } from '@patchlane/kernel'
import { identityOf, type ProcessIdentity } from '@patchlane/process'
import { WorkspaceLostError } from './errors.ts'
import type { GitWorktreeAdapter, RebaseOutcome } from './git-worktree-adapter.ts'
import type { Slot } from './slot.ts'
import type { WorkspaceRecord } from './workspace-record.ts'
import type { WorkspaceStore } from './workspace-store.ts'

/** What a session needs of its manager. */
export interface SessionHost {
  readonly store: WorkspaceStore
  readonly adapter: GitWorktreeAdapter
  /** See {@link WorkspaceManager.rebase}. */
  rebase(record: WorkspaceRecord, commit: ObjectId): Promise<RebaseOutcome>
  giveBack(record: WorkspaceRecord): Promise<void>
}

/**
 * A workspace while it is leased. Once the lease is lost, each method but `release` throws {@link WorkspaceLostError}: what the
 * folder holds then may be somebody else's.
 */
export class WorkspaceSession {
  readonly #host: SessionHost
  readonly #slot: Slot
  readonly #ttlMs: number
  #record: WorkspaceRecord
  readonly #commit: ObjectId
  #children: ProcessIdentity[] = []
  #released = false

  /** Made by {@link WorkspaceManager.lease}. */
  constructor(options: { host: SessionHost; slot: Slot; record: WorkspaceRecord; commit: ObjectId; ttlMs: number }) {
    this.#host = options.host
    this.#slot = options.slot
    this.#record = options.record
    this.#commit = options.commit
    this.#ttlMs = options.ttlMs
  }

  get id(): WorkspaceId {
    return this.#record.id
  }
  /** Absolute path of the tree. */
  get directory(): string {
    return this.#slot.directory
  }
  /** What the tree was set to, as of the latest call: {@link rebase} moves it, here or by a person elsewhere. */
  get commit(): ObjectId {
    return this.#record.commit ?? this.#commit
  }
  /** Where git keeps this worktree's records: the one part of the repository's git folder that git commands inside need to write. */
  get gitDirectory(): string {
    return this.#slot.gitDir
  }

  /** Puts the end of the lease off by its time to live. */
  async heartbeat(): Promise<void> {
    const now = await this.#host.store.now()
    await this.#update({ heartbeatAt: now, expiresAt: now + this.#ttlMs })
  }

  /**
   * Says that another process works here too. While it lives, the workspace is in use, even if this process is killed.
   *
   * @returns a function that takes it back.
   */
  async track(pid: number): Promise<() => Promise<void>> {
    const identity = await identityOf(pid)
    if (identity === undefined) return async () => {}
    this.#children = [...this.#children, identity]
    await this.#update({ children: this.#children })
    return async () => {
      this.#children = this.#children.filter((child) => child !== identity)
      if (!this.#released) await this.#update({ children: this.#children })
    }
  }

  /**
   * What differs from {@link commit} now, ignored files apart. The files count, not what the agent staged or committed.
   *
   * @throws {WorkspaceCaptureError} when something cannot be part of a patch.
   */
  async capture(): Promise<FileChange[]> {
    return this.#slot.exclusively(async () => {
      await this.#update({})
      return this.#host.adapter.capture(this.#slot, this.commit)
    })
  }

  /** Moves the tree, work in it included, onto another commit. Where the two conflict, nothing is changed and the conflicts are named. */
  async rebase(commit: ObjectId): Promise<RebaseOutcome> {
    await this.#update({})
    const outcome = await this.#host.rebase(this.#record, commit)
    await this.#update({})
    return outcome
  }

  /** Gives the workspace back to the pool; what is in it is dropped. Without effect when the lease is lost. Safe to call twice. */
  async release(): Promise<void> {
    if (this.#released) return
    this.#released = true
    await this.#host.giveBack(this.#record)
  }

  async #update(change: Parameters<WorkspaceStore['update']>[2]): Promise<void> {
    const record = this.#released
      ? undefined
      : await this.#host.store.update(this.#record.id, this.#record.epoch, change)
    if (record === undefined || record.status !== 'leased') throw new WorkspaceLostError(this.#record.id)
    this.#record = record
  }
}
