import type { EventDraft, Patch, PatchStatus, StoredEvent, TargetLease, Verdict } from '@patchlane/kernel'
import type {
  LeaseOptions,
  ListOptions,
  QueueEntry,
  ReadQueueEventsOptions,
  TargetMode,
  TargetRef,
} from './patch-queue.ts'

/** A queue entry with what only the rules need. */
export interface PatchRecord extends QueueEntry {
  /** 0: re-entered, 1: undo, 2: the rest. */
  line: number
  /** The time of entry less what the priority is worth in time: smaller goes first, and waiting needs no updates. */
  rank: number
  cancelReason: string | null
  /** The epoch of the gateway that moved it last. */
  epoch: number | null
}

/** What a move changes; the patch itself never changes. */
export type PatchChanges = Partial<
  Pick<
    PatchRecord,
    | 'status'
    | 'verdict'
    | 'parkedFor'
    | 'approved'
    | 'line'
    | 'cancel'
    | 'cancelReason'
    | 'epoch'
    | 'updatedAt'
    | 'settledAt'
    | 'erasedAt'
  >
>

export interface TargetRecord {
  lastSeq: number
  mode: TargetMode
  /** The latest time given to a patch: ranks never go back, even if the clock does. */
  lastAt: number
}

/** Whether a lease stands. `expired`: nobody took over yet. */
export type LeaseStanding = { held: true; now: number } | { held: false; reason: 'lost' | 'expired'; epoch: number }

/**
 * One transaction of a store: atomic, and serialised with every other that locks the same target, lease or patch.
 * The queue's rules are written once, on top of it.
 */
export interface PatchTransaction {
  /** One time for the whole transaction, from the first call that needs it. */
  now(): Promise<number>
  /** The target's row, made if missing, locked until the end. */
  lockTarget(target: TargetRef): Promise<TargetRecord>
  saveTarget(target: TargetRef, record: TargetRecord): Promise<void>
  /** Locks the lease's row. */
  checkLease(lease: TargetLease): Promise<LeaseStanding>
  acquireLease(options: Required<LeaseOptions>): Promise<TargetLease | undefined>
  releaseLease(lease: TargetLease): Promise<boolean>
  insert(record: PatchRecord): Promise<void>
  /** One patch, locked until the end. */
  lock(patchId: string): Promise<PatchRecord | undefined>
  update(patchId: string, changes: PatchChanges): Promise<void>
  /** Patches in a gateway's hands: `staged` or `checking`, by place. */
  inHand(target: TargetRef): Promise<PatchRecord[]>
  /** Unsettled patches that depend on this one, locked. */
  dependants(patchId: string): Promise<PatchRecord[]>
  /** The statuses of patches of this target, of those that exist. */
  statuses(target: TargetRef, patchIds: readonly string[]): Promise<Map<string, PatchStatus>>
  append(event: EventDraft, at: number): Promise<void>
  eraseContents(patchIds: readonly string[], at: number): Promise<void>
  /** Removes patches that nothing depends on. @returns how many. */
  remove(patchIds: readonly string[]): Promise<number>
}

/** What a gateway that asks for work gets to see, all at one moment. */
export interface LineView {
  standing: LeaseStanding
  mode: TargetMode
  /** Whether a re-entered patch is in a gateway's hands. */
  barrierInHand: boolean
  /** `queued` patches whose dependencies have all landed, in the order of the line. */
  ready: PatchRecord[]
}

/** A proposal on its way into the line: all of its record that does not depend on when it arrives. */
export interface NewPatch {
  patch: Patch
  contentHash: string
  /** 1: undo, 2: the rest. */
  line: number
  /** What its priority is worth in time, in milliseconds: taken off the time of entry to give its rank. */
  headStartMs: number
}

/** A step down the road that needs nothing but its lease and the status before. */
export interface Step {
  from: PatchStatus
  to: PatchStatus
  verdict?: Verdict
}

/**
 * Short cuts of an engine: what is usual, in one trip to the server. Each does all of what the rules would do, or nothing at all:
 * `undefined` sends the caller the long way, which also finds the words for what is wrong.
 */
export interface ExpressLane {
  /** Puts patches at the end of one target's line, in this order: nothing about them is known yet, and the target takes them. */
  enter(patches: readonly NewPatch[]): Promise<PatchRecord[] | undefined>
  /** Makes a step, with its event, while the lease stands and nobody asked to take the patch out. */
  advance(lease: TargetLease, patchId: string, step: Step): Promise<PatchRecord | undefined>
}

/** Where patches are kept: what an adapter implements to run the queue's rules on another engine. */
export interface PatchStore {
  transaction<T>(work: (transaction: PatchTransaction) => Promise<T>): Promise<T>
  readonly express?: ExpressLane | undefined
  /** The line as the holder of a lease sees it, with at most `limit` ready patches. Locks nothing. */
  line(lease: TargetLease, limit: number): Promise<LineView>
  renewLease(lease: TargetLease, ttlMs: number): Promise<TargetLease | undefined>
  /** As {@link PatchQueue.keep}. */
  keepLease(lease: TargetLease, ttlMs: number, lost: (reason: unknown) => void): () => Promise<void>
  leaseHolder(target: TargetRef): Promise<(TargetLease & { endsInMs: number }) | undefined>
  get(patchId: string): Promise<QueueEntry | undefined>
  list(options: ListOptions): Promise<QueueEntry[]>
  target(target: TargetRef): Promise<TargetRecord | undefined>
  counts(target: TargetRef, which: 'open' | 'all'): Promise<Map<PatchStatus, number>>
  /** Ids of settled patches, oldest first; `withContents`: only those not erased yet. */
  settledBefore(time: number, limit: number, withContents: boolean): Promise<string[]>
  events(options: ReadQueueEventsOptions): Promise<StoredEvent[]>
  follow(stream: string, after: number, signal?: AbortSignal): AsyncIterable<StoredEvent>
  /** Called after contents or records were removed for good. */
  compact(): Promise<void>
  close(): Promise<void>
}

/** A patch whose files have lost their bytes. */
export function withoutContents(patch: Patch): Patch {
  const strip = <T extends { content: Uint8Array }>(version: T): T => ({ ...version, content: new Uint8Array() })
  return {
    ...patch,
    changes: patch.changes.map((change) => {
      switch (change.kind) {
        case 'create':
          return { ...change, after: strip(change.after) }
        case 'delete':
          return { ...change, before: strip(change.before) }
        default:
          return { ...change, before: strip(change.before), after: strip(change.after) }
      }
    }),
  }
}
