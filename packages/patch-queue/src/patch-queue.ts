import type {
  ParkedFor,
  Patch,
  PatchInput,
  PatchStatus,
  QueuedPatch,
  SettledStatus,
  StoredEvent,
  TargetLease,
  VerdictInput,
} from '@patchlane/kernel'

/** Names one target of one repository. */
export interface TargetRef {
  repoId: string
  target: string
}

export interface LeaseOptions extends TargetRef {
  /** Who asks: unique for each gateway process, for people to read. */
  owner: string
  /** How long the lease lasts without being renewed, in milliseconds. @default 5_000 */
  ttlMs?: number
}

/** A patch as the queue keeps it. */
export interface QueueEntry extends QueuedPatch {
  /** Asked for after a gateway had taken the patch in hand; takes effect when it is moved next, unless it lands. */
  cancel: 'withdrawn' | 'superseded' | null
  /** Set once the contents of its files were erased: then `before` and `after` have no bytes, only ids. */
  erasedAt: number | null
}

/** What the answer of a person, or of the user's checkout, is. */
export interface Reentry {
  /** For a patch parked for the checkout: whether to try again. */
  approved: boolean
  /** Who says so. */
  by: string
  note?: string
  /** Replaces the usual verdict of a refusal; its status is ignored. */
  verdict?: VerdictInput
}

export interface ListOptions {
  repoId?: string
  target?: string
  status?: PatchStatus | readonly PatchStatus[]
  runId?: string
  /** Only patches whose id begins so; for people, who shorten ids. */
  idPrefix?: string
  /** @default 100 */
  limit?: number
  /** Only patches after this place; in use together with `target`. */
  afterSeq?: number
  /** Latest first. @default false */
  latestFirst?: boolean
}

export type TargetMode = 'running' | 'paused' | 'draining'

export interface TargetState extends TargetRef {
  mode: TargetMode
  /** How many patches wait, are in a gateway's hands, and are parked. */
  queued: number
  inHand: number
  parked: number
  /** The lease that stands now. */
  lease: TargetLease | null
}

export interface ReadQueueEventsOptions {
  /** As {@link patchStream} names it. Without it: all, in the order of time, for people to look at. */
  stream?: string
  /** Events after this number; without a stream, after this time. */
  after: number
  limit?: number
}

/** What the retention of a queue forgets. */
export interface RetentionOptions {
  /** Patches settled before this time (UTC, milliseconds). */
  settledBefore: number
  /** `contents` erases the bytes of files and keeps the record; `records` removes the patch altogether, unless another depends on it. */
  forget: 'contents' | 'records'
  /** At most so many in one call. @default 1000 */
  limit?: number
}

/**
 * The line of proposed patches waiting for a target.
 *
 * Every adapter guarantees:
 * - at most one live lease per target, across processes; each write under a lease carries its epoch, and a late one is refused;
 * - its holder sees ready patches in one order: approved re-entries, undo, priority (with ageing), first come first served;
 * - an approved re-entry is a barrier: nothing else is handed out until it is settled;
 * - each move is one transaction with its event, by kernel's table of transitions; a settled patch never comes back;
 * - a dependant is handed out only when all it depends on has landed, and is rejected as soon as one of them ended otherwise.
 */
export interface PatchQueue {
  /** Idempotent on `patch.patchId`: repeating returns the first ticket, whatever else the repetition says. */
  propose(patch: Patch | PatchInput): Promise<QueueEntry>

  /**
   * Takes the target for one gateway; `undefined` while another holds it. Never waits. What a gateway before had in hand goes back to
   * `queued`, in the same transaction.
   */
  lease(options: LeaseOptions): Promise<TargetLease | undefined>
  /** How long the target is still somebody's unless he renews his lease, in milliseconds; undefined when it is free. */
  leaseEndsIn(target: TargetRef): Promise<number | undefined>
  /** Makes the lease last `ttlMs` from now; the epoch stays. Works late, as long as nobody took over. @throws {LeaseLostError} */
  renew(lease: TargetLease, ttlMs?: number): Promise<TargetLease>
  /**
   * Renews a lease again and again, whatever this thread is busy with, where the store can do that. `lost` is called at most once: when somebody took
   * over, or the store was away for as long as the lease lasts.
   *
   * @returns what stops it; to be called before `release`.
   */
  keep(lease: TargetLease, ttlMs: number, lost: (reason: unknown) => void): () => Promise<void>
  /** Gives the target back, and what is still in hand to the line. No error if the lease was lost. */
  release(lease: TargetLease): Promise<void>

  /** The next ready patches, at most `window`, in order. They stay `queued` until moved. @throws {LeaseLostError} */
  claim(lease: TargetLease, window: number): Promise<QueueEntry[]>
  /**
   * Moves a patch. @throws {LeaseLostError | IllegalTransitionError}, and {PatchCancelledError} when it was withdrawn or superseded
   * meanwhile and the move would lead on towards landing; any other move of such a patch returns it as it is settled.
   */
  move(lease: TargetLease, patchId: string, to: PatchStatus, verdict?: VerdictInput): Promise<QueueEntry>
  /** Moves a patch to the final status of the verdict. A cancellation that came too late for a landing is ignored. */
  settle(lease: TargetLease, patchId: string, verdict: VerdictInput & { status: SettledStatus }): Promise<QueueEntry>
  /**
   * For recovery: the target's history has the patch, but a gateway died before it wrote that down. Walks it to `landed` in one
   * transaction, from any status on the road, and past any cancellation. @throws {PatchStateError} when it is settled otherwise.
   */
  recordLanded(lease: TargetLease, patchId: string, verdict: VerdictInput & { status: 'landed' }): Promise<QueueEntry>
  /** Puts a patch on the side track: it leaves the line, keeps its place. */
  park(lease: TargetLease, patchId: string, parkedFor: ParkedFor, verdict: VerdictInput): Promise<QueueEntry>

  /** Ends the wait of a parked patch. Approved: re-enters first, as a barrier. Refused: rejected. Repeating the same answer is no error. */
  reenter(patchId: string, answer: Reentry): Promise<QueueEntry>
  /** Takes a patch out. Once a gateway had it in hand this is a request (`cancel`), which a landing may outrun. */
  withdraw(patchId: string, reason: string): Promise<QueueEntry>

  get(patchId: string): Promise<QueueEntry | undefined>
  list(options?: ListOptions): Promise<QueueEntry[]>

  events(options: ReadQueueEventsOptions): Promise<StoredEvent[]>
  /** Every event of a stream after `after`, each once, in order, and then those to come, until `signal` is aborted. */
  follow(stream: string, after: number, signal?: AbortSignal): AsyncIterable<StoredEvent>

  /** Nothing is handed out until resumed; proposals are still taken. */
  pause(target: TargetRef): Promise<TargetState>
  /** No proposals are taken until resumed; what waits is still handed out. */
  drain(target: TargetRef): Promise<TargetState>
  resume(target: TargetRef): Promise<TargetState>
  state(target: TargetRef): Promise<TargetState>
  /** How many patches have each status, settled ones too; what there is none of may be missing. */
  tally(target: TargetRef): Promise<Map<PatchStatus, number>>

  /** Erases the contents of a settled patch's files. @throws {PatchStateError} while it is not settled. */
  erase(patchId: string): Promise<QueueEntry>
  /** @returns how many patches were forgotten. */
  retain(options: RetentionOptions): Promise<number>

  /** Releases only what this instance opened. Safe to call twice. */
  close(): Promise<void>
}

/** The stream that the events of a target are in. */
export function patchStream({ repoId, target }: TargetRef): string {
  return `patch:${repoId}:${target}`
}
