import type { ParkedFor, PatchId, PatchStatus, QueuedPatch, TargetLease, VerdictInput } from '@patchlane/kernel'

/** What the gateway needs of a queue of patches. Every change is refused once the lease was taken by another. */
export interface GatewayQueue {
  /** Undefined while another gateway holds the target. */
  lease(options: { repoId: string; target: string; owner: string; ttlMs?: number }): Promise<TargetLease | undefined>
  renew(lease: TargetLease): Promise<TargetLease>
  release(lease: TargetLease): Promise<void>
  /** The next ready patches, in the order in which they must land. */
  claim(lease: TargetLease, window: number): Promise<QueuedPatch[]>
  move(lease: TargetLease, patchId: PatchId, to: PatchStatus, verdict?: VerdictInput): Promise<QueuedPatch>
  settle(lease: TargetLease, patchId: PatchId, verdict: VerdictInput): Promise<QueuedPatch>
  park(lease: TargetLease, patchId: PatchId, parkedFor: ParkedFor, verdict: VerdictInput): Promise<QueuedPatch>
  list(filter: { target?: string; status?: PatchStatus[]; limit?: number }): Promise<QueuedPatch[]>
}
