import type { TargetRef } from '../patch-queue.ts'
import type { PatchRecord, TargetRecord } from '../patch-store.ts'
import type { MemoryEvents } from './memory-events.ts'

/** What a store in memory holds. Keys of targets are made by {@link keyOf}. */
export interface MemoryTables {
  patches: Map<string, PatchRecord>
  targets: Map<string, TargetRecord>
  /** An epoch stays after its lease was given back. */
  leases: Map<string, { epoch: number; owner: string | null; expiresAt: number }>
  events: MemoryEvents
}

/** No name of a repository or target has a control character. */
export function keyOf({ repoId, target }: TargetRef): string {
  return `${repoId}\0${target}`
}
