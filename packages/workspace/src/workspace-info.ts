import type { WorkspaceId } from '@patchlane/kernel'
import type { WorkspaceRecord } from './workspace-record.ts'

export interface WorkspaceInfo {
  id: WorkspaceId
  directory: string
  commit: string
  holder: string | null
  /** Bytes on disk; null where not measured. */
  size: number | null
  createdAt: number
  expiresAt: number | null
  /** `expired`: its time is over, but a holder lives or its work could not be saved yet. `rescued`: idle, with earlier work saved under `rescueRef`. */
  state: 'idle' | 'leased' | 'expired' | 'rescued'
  rescueRef: string | null
}

/** A record as people want to see it. */
export function infoOf(record: WorkspaceRecord, now: number): WorkspaceInfo {
  const { id, directory, holder, createdAt, expiresAt, rescueRef, status } = record
  const over = status !== 'idle' && expiresAt !== null && expiresAt <= now
  const state = over ? 'expired' : status !== 'idle' ? 'leased' : rescueRef === null ? 'idle' : 'rescued'
  return {
    id,
    directory,
    commit: record.commit ?? '',
    holder,
    size: record.sizeBytes,
    createdAt,
    expiresAt,
    rescueRef,
    state,
  }
}
