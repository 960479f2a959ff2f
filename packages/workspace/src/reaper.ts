import { lstat, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import { errorMessage, type ObjectId, type WorkspaceId } from '@patchlane/kernel'
import type { GitWorktreeAdapter } from './git-worktree-adapter.ts'
import { holderLives } from './holders.ts'
import { findWork, saveWork } from './rescue.ts'
import type { WorkspaceRecord } from './workspace-record.ts'
import type { WorkspaceStore } from './workspace-store.ts'

export interface ReapReport {
  /** Taken back into the pool, or removed. */
  reclaimed: number
  /** Work that was found and saved. */
  rescued: { id: WorkspaceId; ref: string }[]
  /** Over their time, but not taken: somebody lives there, or the work cannot be saved. */
  kept: { id: WorkspaceId; reason: string }[]
}

export interface ReapOptions {
  /** Remove the idle ones, too. @default false */
  all?: boolean
  /**
   * The lease of a process that is known to be dead is over, whatever time it has left. For whoever knows that nobody works in a workspace
   * but its holder and the processes that the holder started. @default false
   */
  deadHolders?: boolean
}

interface ReaperOptions {
  repository: GitRepository
  adapter: GitWorktreeAdapter
  store: WorkspaceStore
  /** Undefined when somebody else was first. */
  claim(record: WorkspaceRecord): Promise<WorkspaceRecord | undefined>
  /** Takes out what is left in it. */
  restore(record: WorkspaceRecord, commit: ObjectId): Promise<void>
  toIdle(record: WorkspaceRecord, commit: ObjectId): Promise<void>
  remove(record: WorkspaceRecord): Promise<void>
}

/** Takes back workspaces whose time is over, in which nobody can be at work, and whose work is saved: all three, or it leaves them alone. */
export class Reaper {
  readonly #options: ReaperOptions

  constructor(options: ReaperOptions) {
    this.#options = options
  }

  async reap(
    records: readonly WorkspaceRecord[],
    { all = false, deadHolders = false }: ReapOptions,
  ): Promise<ReapReport & { removed: WorkspaceRecord[] }> {
    const report: ReapReport & { removed: WorkspaceRecord[] } = { reclaimed: 0, rescued: [], kept: [], removed: [] }
    const now = await this.#options.store.now()
    for (const record of records) {
      const exists = (await lstat(record.directory).catch(() => undefined)) !== undefined
      if (record.status === 'idle' && exists && !all) continue
      if (record.status !== 'idle') {
        // A workspace that was never handed out, or was given back, has nobody's time to wait for: only the step's own process counts.
        const waits = record.status === 'leased' && !(deadHolders && record.process !== null)
        if (waits && (record.expiresAt ?? 0) > now) continue
        if (await holderLives(record)) {
          if (record.status === 'leased' && (record.expiresAt ?? 0) <= now)
            report.kept.push({ id: record.id, reason: 'a process still works in it' })
          continue
        }
      }
      const claimed = await this.#options.claim(record)
      if (claimed !== undefined) await this.#take(record, claimed, { report, all, exists })
    }
    await this.#sweep(new Set(records.map(({ id }): string => id)))
    return report
  }

  async #take(
    before: WorkspaceRecord,
    claimed: WorkspaceRecord,
    { report, all, exists }: { report: ReapReport & { removed: WorkspaceRecord[] }; all: boolean; exists: boolean },
  ): Promise<void> {
    const { store, adapter, repository } = this.#options
    const { commit } = claimed
    const handedOut = before.status === 'leased' || before.status === 'reclaiming'
    if (exists && commit !== null && handedOut) {
      try {
        const work = await findWork({ repository, adapter, id: before.id, commit })
        if (work !== undefined) {
          const ref = await saveWork({ repository, record: before, work })
          report.rescued.push({ id: claimed.id, ref })
          await store.update(claimed.id, claimed.epoch, { rescueRef: ref })
        }
      } catch (thrown) {
        report.kept.push({ id: claimed.id, reason: errorMessage(thrown) })
        await store.update(claimed.id, claimed.epoch, { status: 'leased', process: null, expiresAt: 0 })
        return
      }
    }
    report.reclaimed++
    if (!all && exists && commit !== null && handedOut) {
      const done = await this.#options.restore(claimed, commit).then(
        () => true,
        () => false,
      )
      if (done) return this.#options.toIdle(claimed, commit)
    }
    await this.#options.remove(claimed)
    report.removed.push(claimed)
  }

  /** Removes what a crash left before git or the store knew of it. */
  async #sweep(known: ReadonlySet<string>): Promise<void> {
    const { adapter } = this.#options
    const { shadow, directory } = adapter.slot('any')
    const found = new Set((await adapter.found(known)).map(({ id }) => id))
    for (const folder of [dirname(directory), dirname(shadow)])
      for (const name of await readdir(folder)) {
        const id = name.replace(/\.lock(?:\..*)?$/, '')
        if (!/^ws-[0-9a-f]+$/.test(id) || known.has(id) || found.has(id)) continue
        const { mtimeMs } = (await lstat(join(folder, name)).catch(() => undefined)) ?? { mtimeMs: Date.now() }
        if (Date.now() - mtimeMs > 600_000) await rm(join(folder, name), { recursive: true, force: true })
      }
  }
}
