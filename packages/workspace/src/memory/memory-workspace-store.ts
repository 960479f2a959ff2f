import { type Clock, systemClock } from '@patchlane/kernel'
import type { WorkspaceChange, WorkspaceRecord } from '../workspace-record.ts'
import type { WorkspaceStore } from '../workspace-store.ts'

/**
 * Workspaces of one process. Nothing is lost with it: a later process learns from git's lock reasons what there is, and two
 * processes with a memory each still never lend out one workspace twice.
 */
export class MemoryWorkspaceStore implements WorkspaceStore {
  readonly #clock: Clock
  readonly #records = new Map<string, WorkspaceRecord>()

  constructor(options: { clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock
  }

  async now(): Promise<number> {
    return this.#clock.now()
  }

  async insert(record: WorkspaceRecord, max: number): Promise<boolean> {
    const siblings = [...this.#records.values()].filter(
      ({ repoId, home }) => repoId === record.repoId && home === record.home,
    )
    if (siblings.length >= max || this.#records.has(record.id)) return false
    this.#records.set(record.id, structuredClone(record))
    return true
  }

  async update(id: string, epoch: number, change: WorkspaceChange): Promise<WorkspaceRecord | undefined> {
    const record = this.#records.get(id)
    if (record === undefined || record.epoch !== epoch) return undefined
    const changed = { ...record, ...structuredClone(change) }
    this.#records.set(id, changed)
    return structuredClone(changed)
  }

  async remove(id: string, epoch: number): Promise<boolean> {
    return this.#records.get(id)?.epoch === epoch && this.#records.delete(id)
  }

  async get(id: string): Promise<WorkspaceRecord | undefined> {
    return structuredClone(this.#records.get(id))
  }

  async list(repoId: string): Promise<WorkspaceRecord[]> {
    const records = [...this.#records.values()].filter((record) => record.repoId === repoId)
    return structuredClone(records.sort((a, b) => a.createdAt - b.createdAt))
  }

  async close(): Promise<void> {}
}
