import type { ParkedFor, PatchStatus, QueuedPatch, SettledStatus, TargetLease, VerdictInput } from '@patchlane/kernel'

/**
 * What the gateway needs of a queue of patches. Every change under a lease is refused once another gateway took the target; taking it
 * returns what the gateway before had in hand to the line.
 */
export interface GatewayQueue {
  /** Undefined while another gateway holds the target. */
  lease(options: { repoId: string; target: string; owner: string; ttlMs?: number }): Promise<TargetLease | undefined>
  /** How long the target is still another gateway's unless that one renews its lease, in milliseconds; undefined when it is free. */
  leaseEndsIn(target: { repoId: string; target: string }): Promise<number | undefined>
  /** Renews a lease until stopped, whatever this thread is busy with; `lost` is called when that failed for good. */
  keep(lease: TargetLease, ttlMs: number, lost: (reason: unknown) => void): () => Promise<void>
  release(lease: TargetLease): Promise<void>
  /** The next ready patches, in the order in which they must land. They stay `queued` until moved. */
  claim(lease: TargetLease, window: number): Promise<QueuedPatch[]>
  /** Refused with a code that ends in `_CANCELLED` when the patch was withdrawn meanwhile; back to `queued` then settles it. */
  move(lease: TargetLease, patchId: string, to: PatchStatus, verdict?: VerdictInput): Promise<QueuedPatch>
  settle(lease: TargetLease, patchId: string, verdict: VerdictInput & { status: SettledStatus }): Promise<QueuedPatch>
  /**
   * For a landing that a dead gateway did not write down: from any status on the road to `landed`, past any withdrawal, in one step.
   */
  recordLanded(lease: TargetLease, patchId: string, verdict: VerdictInput & { status: 'landed' }): Promise<QueuedPatch>
  park(lease: TargetLease, patchId: string, parkedFor: ParkedFor, verdict: VerdictInput): Promise<QueuedPatch>
  /** Lets a parked patch try again. */
  reenter(patchId: string, answer: { approved: boolean; by: string; note?: string }): Promise<QueuedPatch>
  list(options: { repoId?: string; target?: string; status?: PatchStatus; limit?: number }): Promise<QueuedPatch[]>
}
