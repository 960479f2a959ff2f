import { withFileLock } from '@patchlane/git'
import { type ObjectId, workspaceIdSchema } from '@patchlane/kernel'
import { identityOf } from '@patchlane/process'
import type { GitWorktreeAdapter } from './git-worktree-adapter.ts'
import { formatLockReason, parseLockReason } from './lock-reason.ts'
import type { WorkspaceChange, WorkspaceRecord } from './workspace-record.ts'
import type { WorkspaceStore } from './workspace-store.ts'

export interface RegistryParts {
  store: WorkspaceStore
  /** What the repository is called in the store. */
  repoId: string
  /** The machine and folder that the pool is in: a store may be shared by several. */
  home: string
  adapter: () => Promise<GitWorktreeAdapter>
}

/** Who has which workspace of one pool, in the store and in the lock reasons of git's worktrees, kept in step. */
export class WorkspaceRegistry {
  readonly #parts: RegistryParts

  constructor(parts: RegistryParts) {
    this.#parts = parts
  }

  get home(): string {
    return this.#parts.home
  }

  async records(): Promise<WorkspaceRecord[]> {
    return (await this.#parts.store.list(this.#parts.repoId)).filter(({ home }) => home === this.home)
  }

  async find(id: string): Promise<WorkspaceRecord | undefined> {
    return (await this.records()).find((record) => record.id === id)
  }

  /**
   * Changes hands: in the store by compare-and-set, then in git's lock. Undefined when somebody else was first, in either: a
   * store in another process's memory cannot know of us, but git's lock does.
   */
  async claim(
    record: WorkspaceRecord,
    change: WorkspaceChange,
    ttlMs: number | null,
  ): Promise<WorkspaceRecord | undefined> {
    const adapter = await this.#parts.adapter()
    const slot = adapter.slot(record.id)
    const now = await this.#parts.store.now()
    const self = await identityOf()
    return withFileLock(`${slot.shadow}.lock`, async () => {
      const reason = parseLockReason(await slot.readLockReason())
      // Behind the store it can be by a crash between the two; ahead of it only by another store's doing.
      if (reason !== undefined && reason.epoch > record.epoch) {
        await this.#parts.store.remove(record.id, record.epoch)
        return undefined
      }
      const claimed = await this.#parts.store.update(record.id, record.epoch, {
        process: self ?? null,
        children: [],
        leasedAt: now,
        heartbeatAt: now,
        ...change,
        expiresAt: ttlMs === null ? null : now + ttlMs,
        epoch: record.epoch + 1,
      })
      if (claimed !== undefined) await slot.writeLockReason(formatLockReason(claimed, ttlMs ?? 0))
      return claimed
    })
  }

  async toIdle(record: WorkspaceRecord, commit: ObjectId): Promise<void> {
    await this.claim(record, { status: 'idle', commit, holder: null, process: null, leasedAt: null }, null)
  }

  /** Learns of worktrees that git knows and the store does not: made by a process whose memory is gone, or before the store was restored. */
  async adopt(): Promise<void> {
    const adapter = await this.#parts.adapter()
    const known = new Set((await this.records()).map(({ id }): string => id))
    const now = await this.#parts.store.now()
    for (const { id, directory, reason } of await adapter.found(known)) {
      const idle = reason?.status === 'idle'
      const record: WorkspaceRecord = {
        id: workspaceIdSchema.parse(id),
        repoId: this.#parts.repoId,
        home: this.home,
        directory,
        status:
          reason === undefined ? 'preparing' : reason.status === 'leased' ? 'leased' : idle ? 'idle' : 'reclaiming',
        commit: reason === undefined ? ((await adapter.headOf(adapter.slot(id))) ?? null) : reason.commit,
        holder: reason?.holder ?? null,
        process: reason?.process ?? null,
        children: [],
        epoch: reason?.epoch ?? 0,
        createdAt: now,
        leasedAt: null,
        heartbeatAt: null,
        expiresAt: idle ? null : now + (reason?.ttlMs ?? 0),
        sizeBytes: null,
        rescueRef: null,
      }
      await this.#parts.store.insert(record, Number.POSITIVE_INFINITY)
    }
  }
}
