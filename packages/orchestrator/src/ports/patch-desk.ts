import type { Patch, PatchId, QueuedPatch } from '@patchlane/kernel'

export interface SettledOptions {
  readonly signal: AbortSignal
  /** False: `awaiting_approval` is an answer too. */
  readonly waitForApproval: boolean
  /** Called with each status on the way, the last included. A missed one in between is allowed. */
  readonly onMove?: (queued: QueuedPatch) => void
}

/** Where agents' patches are handed in. It can propose and ask; nothing here lands. */
export interface PatchDesk {
  /** Undefined where no such patch was proposed. */
  find(patchId: PatchId): Promise<QueuedPatch | undefined>
  /** Idempotent on `patch.patchId`: proposing twice is once. */
  propose(patch: Patch): Promise<QueuedPatch>
  /** Waits until the patch is settled, or awaits approval where that counts. Rejects with the signal's reason. */
  settled(patchId: PatchId, options: SettledOptions): Promise<QueuedPatch>
}
