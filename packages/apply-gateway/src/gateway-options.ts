import type { Clock, IndexDigest, ObjectId, PatchlaneError, QueuedPatch, RepoId } from '@patchlane/kernel'
import type { AdmissionPolicy } from './admission.ts'
import type { ApprovalGate } from './approval-gate.ts'
import type { Check } from './check.ts'
import type { ContentMerger } from './content-merger.ts'
import type { FreshnessGate } from './freshness.ts'
import type { GatewayQueue } from './gateway-queue.ts'
import type { StagingArea } from './staging-area.ts'
import type { Target } from './target.ts'
import type { WindowOptions } from './window.ts'

/** One thing the gateway did, for a live view. The record of what happened is the queue's. */
export interface GatewayEvent {
  type: 'recovered' | 'staged' | 'checking' | 'check' | 'approving' | 'landed' | 'refused' | 'parked' | 'restaged'
  patchId: string
  detail: string
}

export interface ApplyGatewayOptions {
  repoId: RepoId
  target: Target
  queue: GatewayQueue
  /** Unique for this process; shown to people. */
  owner: string
  /** Tried on files that git leaves in conflict. Without it they are conflicts. */
  merger?: ContentMerger
  /** Run by kind, then in this order. @default none */
  checks?: readonly Check[]
  /** Needed as soon as there are checks. */
  staging?: StagingArea
  /** Without it everything that passes its checks lands. */
  approval?: ApprovalGate
  /** Without it a patch of any age may try. */
  freshness?: FreshnessGate
  admission?: Partial<AdmissionPolicy>
  window?: WindowOptions
  /** Patches checked at the same time. @default 2 */
  concurrency?: number
  /** Of one check, in milliseconds. @default 1_800_000 */
  checkTimeoutMs?: number
  /** How long the lease on the target lasts without being renewed, in milliseconds. @default 2_000 */
  leaseMs?: number
  /** The index version of a commit, for the stamp that a refused patch is told to re-base on. */
  indexVersionOf?: (commit: ObjectId) => Promise<IndexDigest | null>
  clock?: Clock
  onEvent?: (event: GatewayEvent) => void
  /** Called after each landing is on record; for what wants to follow the head. */
  onLanded?: (patch: QueuedPatch, commit: ObjectId) => void
}

/** What one turn of the gateway did. */
export interface GatewayReport {
  /** Null when another gateway holds the target; then nothing was done. */
  lease: { owner: string; epoch: number } | null
  settled: QueuedPatch[]
  parked: QueuedPatch[]
  head: ObjectId
  /** In words, what a dead gateway had left and how it was mended. */
  recovered: string[]
}

/** Something that keeps a gateway from landing and may pass: a process of an earlier one that still runs, a database out of reach. */
export interface GatewayTrouble {
  error: PatchlaneError
  /** Since nothing went well, in milliseconds. */
  lastedMs: number
}
