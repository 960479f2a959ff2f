import {
  InvalidInputError,
  isSettled,
  type ParkedFor,
  type Patch,
  type PatchInput,
  type PatchStatus,
  patchSchema,
  type SettledStatus,
  type StoredEvent,
  type TargetLease,
  type VerdictInput,
} from '@patchlane/kernel'
import { z } from 'zod'
import { applyMove, parseVerdict, toEntry } from './apply-move.ts'
import { LeaseLostError, PatchCancelledError, PatchStateError } from './errors.ts'
import { GroupCommit } from './group-commit.ts'
import { contentBytes, newPatch, standsAlone } from './new-patch.ts'
import type {
  LeaseOptions,
  ListOptions,
  PatchQueue,
  QueueEntry,
  ReadQueueEventsOptions,
  Reentry,
  RetentionOptions,
  TargetMode,
  TargetRef,
  TargetState,
} from './patch-queue.ts'
import { patchStream } from './patch-queue.ts'
import type { NewPatch, PatchStore } from './patch-store.ts'
import { cancel, cancelled, enter, holdLease, lockOf, requeueInHand, targetEvent, walkToLanded } from './queue-steps.ts'

export interface StoredPatchQueueOptions {
  /** How long a patch must wait to gain one step of priority, in milliseconds. @default 60_000 */
  agingMs?: number
}

const DEFAULT_TTL_MS = 5000

/** The rules of the queue over any {@link PatchStore}. Each call that writes is one transaction of the store. */
export class StoredPatchQueue implements PatchQueue {
  readonly #store: PatchStore
  readonly #agingMs: number
  readonly #entrance: GroupCommit<NewPatch, QueueEntry>

  constructor(store: PatchStore, options: StoredPatchQueueOptions = {}) {
    this.#store = store
    this.#agingMs = options.agingMs ?? 60_000
    this.#entrance = new GroupCommit({
      run: (group) => this.#enter(group),
      sizeOf: ({ patch }) => contentBytes(patch),
      maxSize: 4 * 1024 * 1024,
      maxItems: 64,
    })
  }

  async propose(input: Patch | PatchInput): Promise<QueueEntry> {
    const patch = parsePatch(input)
    return this.#entrance.add(patchStream(patch), newPatch(patch, this.#agingMs))
  }

  /** Patches of one target, in the order in which they came. */
  async #enter(group: readonly NewPatch[]): Promise<QueueEntry[]> {
    if (group.every(({ patch }) => standsAlone(patch))) {
      const entered = await this.#store.express?.enter(group)
      if (entered !== undefined) return entered.map(toEntry)
    }
    return this.#store.transaction(async (tx) => {
      const entries: QueueEntry[] = []
      for (const entering of group) entries.push(toEntry(await enter(tx, entering)))
      return entries
    })
  }

  async lease(options: LeaseOptions): Promise<TargetLease | undefined> {
    const wanted = { ttlMs: DEFAULT_TTL_MS, ...options }
    // Asking writes, and waits for the disk; while somebody holds it, a look is enough.
    if ((await this.#store.leaseHolder(wanted)) !== undefined) return undefined
    return this.#store.transaction(async (tx) => {
      const lease = await tx.acquireLease(wanted)
      if (lease === undefined) return undefined
      const at = await tx.now()
      await requeueInHand(tx, lease, at, 'the gateway that had it in hand is gone')
      await tx.append(targetEvent(lease, 'target.leased', { owner: lease.owner, epoch: lease.epoch }), at)
      return lease
    })
  }

  async leaseEndsIn(target: TargetRef): Promise<number | undefined> {
    return (await this.#store.leaseHolder(target))?.endsInMs
  }

  async renew(lease: TargetLease, ttlMs: number = DEFAULT_TTL_MS): Promise<TargetLease> {
    const renewed = await this.#store.renewLease(lease, ttlMs)
    if (renewed !== undefined) return renewed
    const holder = await this.#store.leaseHolder(lease)
    throw new LeaseLostError(lease.target, lease.epoch, holder?.epoch ?? lease.epoch + 1)
  }

  keep(lease: TargetLease, ttlMs: number, lost: (reason: unknown) => void): () => Promise<void> {
    return this.#store.keepLease(lease, ttlMs, (reason) =>
      lost(reason ?? new LeaseLostError(lease.target, lease.epoch, lease.epoch + 1)),
    )
  }

  async release(lease: TargetLease): Promise<void> {
    await this.#store.transaction(async (tx) => {
      if (!(await tx.releaseLease(lease))) return
      const at = await tx.now()
      await requeueInHand(tx, lease, at, 'the gateway gave the target back')
      await tx.append(targetEvent(lease, 'target.released', { owner: lease.owner, epoch: lease.epoch }), at)
    })
  }

  async claim(lease: TargetLease, window: number): Promise<QueueEntry[]> {
    if (!Number.isInteger(window) || window < 0) throw new InvalidInputError('A window is a whole number, 0 or more.')
    const { standing, mode, barrierInHand, ready } = await this.#store.line(lease, window)
    if (!standing.held) throw new LeaseLostError(lease.target, lease.epoch, standing.epoch)
    if (mode === 'paused' || barrierInHand) return []
    return (ready[0]?.line === 0 ? ready.slice(0, 1) : ready).map(toEntry)
  }

  async move(lease: TargetLease, patchId: string, to: PatchStatus, verdict?: VerdictInput): Promise<QueueEntry> {
    const given = verdict === undefined ? {} : { verdict: parseVerdict(verdict, to) }
    const from = usualStart[to]
    const advanced = from && (await this.#store.express?.advance(lease, patchId, { from, to, ...given }))
    if (advanced !== undefined) return toEntry(advanced)
    const moved = await this.#store.transaction(async (tx) => {
      const at = await holdLease(tx, lease)
      const record = await lockOf(tx, patchId, lease)
      if (record.status === 'withdrawn' || record.status === 'superseded') {
        if (to === 'staged' || to === 'checking' || to === 'landed') throw new PatchCancelledError(toEntry(record))
        return record
      }
      // A patch that somebody took out must not come nearer to landing; an end that it reached by itself stands.
      if (record.cancel !== null && !isSettled(to))
        return applyMove(tx, record, record.cancel, { at, epoch: lease.epoch, verdict: cancelled(record) })
      const parked = to === 'awaiting_approval' ? { parkedFor: 'approval' as const, approved: false } : {}
      return applyMove(tx, record, to, { at, epoch: lease.epoch, ...given, changes: parked })
    })
    if (moved.status !== to && (to === 'staged' || to === 'checking')) throw new PatchCancelledError(toEntry(moved))
    return toEntry(moved)
  }

  settle(lease: TargetLease, patchId: string, verdict: VerdictInput & { status: SettledStatus }): Promise<QueueEntry> {
    return this.move(lease, patchId, verdict.status, verdict)
  }

  async recordLanded(
    lease: TargetLease,
    patchId: string,
    verdict: VerdictInput & { status: 'landed' },
  ): Promise<QueueEntry> {
    return this.#store.transaction(async (tx) => {
      const at = await holdLease(tx, lease)
      const record = await lockOf(tx, patchId, lease)
      if (record.status === 'landed') return toEntry(record)
      const options = { at, epoch: lease.epoch, verdict: parseVerdict(verdict, 'landed') }
      return toEntry(await walkToLanded(tx, record, options))
    })
  }

  async park(lease: TargetLease, patchId: string, parkedFor: ParkedFor, verdict: VerdictInput): Promise<QueueEntry> {
    return this.#store.transaction(async (tx) => {
      const at = await holdLease(tx, lease)
      const record = await lockOf(tx, patchId, lease)
      if (record.status === 'withdrawn' || record.status === 'superseded') return toEntry(record)
      if (record.cancel !== null)
        return toEntry(
          await applyMove(tx, record, record.cancel, { at, epoch: lease.epoch, verdict: cancelled(record) }),
        )
      // The user's checkout says nothing about the content: what was approved stays so.
      const approved = parkedFor === 'checkout' && record.approved
      const options = { at, epoch: lease.epoch, verdict: parseVerdict(verdict, 'awaiting_approval') }
      return toEntry(await applyMove(tx, record, 'awaiting_approval', { ...options, changes: { parkedFor, approved } }))
    })
  }

  async reenter(patchId: string, answer: Reentry): Promise<QueueEntry> {
    return this.#store.transaction(async (tx) => {
      const record = await lockOf(tx, patchId)
      const at = await tx.now()
      if (record.status !== 'awaiting_approval') {
        const repeated = answer.approved
          ? record.approved || record.status === 'landed'
          : record.status === 'rejected' && record.verdict?.code === 'APPROVAL_DENIED'
        if (repeated) return toEntry(record)
        throw new PatchStateError(`Patch ${patchId} does not wait for an answer: it is ${record.status}.`, {
          remedy: 'Show the patch to see what became of it.',
        })
      }
      const data = { by: answer.by, note: answer.note ?? null }
      if (!answer.approved) {
        const verdict = answer.verdict ?? {
          status: 'rejected',
          code: 'APPROVAL_DENIED',
          message: `${answer.by} said no${answer.note === undefined ? '' : `: ${answer.note}`}.`,
        }
        return toEntry(
          await applyMove(tx, record, 'rejected', { at, verdict: parseVerdict(verdict, 'rejected'), data }),
        )
      }
      const approved = record.parkedFor === 'approval' || record.approved
      const changes = { approved, parkedFor: null, line: approved ? 0 : record.line }
      const given = answer.verdict === undefined ? {} : { verdict: parseVerdict(answer.verdict, 'queued') }
      return toEntry(await applyMove(tx, record, 'queued', { at, ...given, changes, data, type: 'patch.reentered' }))
    })
  }

  async withdraw(patchId: string, reason: string): Promise<QueueEntry> {
    return this.#store.transaction(async (tx) => {
      const record = await lockOf(tx, patchId)
      if (isSettled(record.status)) {
        if (record.status === 'withdrawn') return toEntry(record)
        throw new PatchStateError(`Patch ${patchId} is ${record.status} already.`, {
          remedy: record.status === 'landed' ? 'Undo it instead.' : 'Nothing is left to do.',
        })
      }
      return toEntry(await cancel(tx, patchId, 'withdrawn', reason, await tx.now()))
    })
  }

  get(patchId: string): Promise<QueueEntry | undefined> {
    return this.#store.get(patchId)
  }

  list(options: ListOptions = {}): Promise<QueueEntry[]> {
    return this.#store.list(options)
  }

  events(options: ReadQueueEventsOptions): Promise<StoredEvent[]> {
    return this.#store.events(options)
  }

  follow(stream: string, after: number, signal?: AbortSignal): AsyncIterable<StoredEvent> {
    return this.#store.follow(stream, after, signal)
  }

  pause(target: TargetRef): Promise<TargetState> {
    return this.#setMode(target, 'paused', 'target.paused')
  }

  drain(target: TargetRef): Promise<TargetState> {
    return this.#setMode(target, 'draining', 'target.draining')
  }

  resume(target: TargetRef): Promise<TargetState> {
    return this.#setMode(target, 'running', 'target.resumed')
  }

  async #setMode(target: TargetRef, mode: TargetMode, type: string): Promise<TargetState> {
    await this.#store.transaction(async (tx) => {
      const record = await tx.lockTarget(target)
      if (record.mode === mode) return
      await tx.saveTarget(target, { ...record, mode })
      await tx.append(targetEvent(target, type, {}), await tx.now())
    })
    return this.state(target)
  }

  async state({ repoId, target }: TargetRef): Promise<TargetState> {
    const ref = { repoId, target }
    const [record, counts, lease] = await Promise.all([
      this.#store.target(ref),
      this.#store.counts(ref, 'open'),
      this.#store.leaseHolder(ref),
    ])
    return {
      ...ref,
      mode: record?.mode ?? 'running',
      queued: counts.get('queued') ?? 0,
      inHand: (counts.get('staged') ?? 0) + (counts.get('checking') ?? 0),
      parked: counts.get('awaiting_approval') ?? 0,
      lease: lease === undefined ? null : withoutEnd(lease),
    }
  }

  tally({ repoId, target }: TargetRef): Promise<Map<PatchStatus, number>> {
    return this.#store.counts({ repoId, target }, 'all')
  }

  async erase(patchId: string): Promise<QueueEntry> {
    const erased = await this.#store.transaction(async (tx) => {
      const record = await lockOf(tx, patchId)
      if (!isSettled(record.status))
        throw new PatchStateError(`Patch ${patchId} is ${record.status}: its contents are still needed.`, {
          remedy: 'Withdraw it first.',
        })
      if (record.erasedAt === null) await tx.eraseContents([patchId], await tx.now())
      return lockOf(tx, patchId)
    })
    await this.#store.compact()
    return toEntry(erased)
  }

  async retain({ settledBefore, forget, limit = 1000 }: RetentionOptions): Promise<number> {
    const ids = await this.#store.settledBefore(settledBefore, limit, forget === 'contents')
    if (ids.length === 0) return 0
    const count = await this.#store.transaction(async (tx) => {
      if (forget === 'records') return tx.remove(ids)
      await tx.eraseContents(ids, await tx.now())
      return ids.length
    })
    await this.#store.compact()
    return count
  }

  close(): Promise<void> {
    return this.#store.close()
  }
}

/** Where the steps down the road begin; nothing else follows from any of them. */
const usualStart: Partial<Record<PatchStatus, PatchStatus>> = {
  staged: 'queued',
  checking: 'staged',
  landed: 'checking',
}

function withoutEnd({ endsInMs: _endsInMs, ...lease }: TargetLease & { endsInMs: number }): TargetLease {
  return lease
}

function parsePatch(input: Patch | PatchInput): Patch {
  const parsed = patchSchema.safeParse(input)
  if (parsed.success) return parsed.data
  throw new InvalidInputError(`The patch is malformed: ${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
    remedy: 'Mend what is named and propose it again.',
  })
}
