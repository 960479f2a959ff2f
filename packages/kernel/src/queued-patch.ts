import type { Patch } from './patch.ts'
import type { PatchStatus } from './patch-status.ts'
import type { Verdict } from './verdict.ts'

/** Why a patch is on the side track. */
export type ParkedFor = 'approval' | 'checkout'

/** A patch in the queue of its target, with where it is on the road. Times are UTC, milliseconds since the epoch. */
export interface QueuedPatch {
  patch: Patch
  /** The place in the queue of its target: 1, 2, 3 ... */
  seq: number
  status: PatchStatus
  contentHash: string
  /** The latest verdict; null while nothing has been said. */
  verdict: Verdict | null
  parkedFor: ParkedFor | null
  /** Set once a person approved: re-enters first, and nothing behind it may land before it is settled. */
  approved: boolean
  createdAt: number
  updatedAt: number
  settledAt: number | null
}

/** The right to land on a target, held by one gateway at a time. */
export interface TargetLease {
  repoId: string
  target: string
  owner: string
  /** The fencing token: grows with each take-over, never comes back. */
  epoch: number
  /** UTC, milliseconds; by the store's clock. */
  expiresAt: number
}
