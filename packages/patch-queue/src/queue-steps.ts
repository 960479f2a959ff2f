import {
  type EventDraft,
  isSettled,
  type Patch,
  type PatchStatus,
  type TargetLease,
  type Verdict,
} from '@patchlane/kernel'
import { applyMove, dependencyFailed, parseVerdict } from './apply-move.ts'
import {
  LeaseLostError,
  PatchStateError,
  TargetDrainingError,
  UnknownPatchError,
  UnknownReferenceError,
} from './errors.ts'
import { enteredEvent, enteredRecord } from './new-patch.ts'
import { patchStream, type TargetRef } from './patch-queue.ts'
import type { NewPatch, PatchRecord, PatchTransaction } from './patch-store.ts'

/** Makes sure the lease stands, and goes on standing until the transaction ends. @returns the time. @throws {LeaseLostError} */
export async function holdLease(tx: PatchTransaction, lease: TargetLease): Promise<number> {
  const standing = await tx.checkLease(lease)
  if (!standing.held) throw new LeaseLostError(lease.target, lease.epoch, standing.epoch)
  return standing.now
}

/** The locked record of a patch; with a target, only if it is in that target's line. @throws {UnknownPatchError} */
export async function lockOf(tx: PatchTransaction, patchId: string, target?: TargetRef): Promise<PatchRecord> {
  const record = await tx.lock(patchId)
  if (record === undefined) throw new UnknownPatchError(patchId)
  if (target !== undefined && (record.patch.repoId !== target.repoId || record.patch.target !== target.target))
    throw new UnknownPatchError(patchId)
  return record
}

/** Puts a patch at the end of its target's line, once. @throws {TargetDrainingError | UnknownReferenceError} */
export async function enter(tx: PatchTransaction, entering: NewPatch): Promise<PatchRecord> {
  const { patch } = entering
  // The lock first: of two that propose the same patch at once, the second sees the first.
  const target = await tx.lockTarget(patch)
  const known = await tx.lock(patch.patchId)
  if (known !== undefined) return known
  if (target.mode === 'draining') throw new TargetDrainingError(patch.target)
  const { failedDependency } = await checkReferences(tx, patch)
  const at = Math.max(await tx.now(), target.lastAt)
  const record = enteredRecord(entering, target.lastSeq + 1, at)
  await tx.saveTarget(patch, { ...target, lastSeq: record.seq, lastAt: at })
  await tx.insert(record)
  await tx.append(enteredEvent(record), at)
  if (patch.supersedes !== undefined)
    await cancel(tx, patch.supersedes, 'superseded', `Patch ${patch.patchId} takes its place.`, at)
  if (failedDependency === undefined) return record
  const verdict = dependencyFailed(failedDependency.patchId, failedDependency.status)
  return applyMove(tx, record, 'rejected', { at, verdict })
}

/** Refuses references to patches the queue has not seen. @returns a dependency that can never land, if there is one. */
async function checkReferences(
  tx: PatchTransaction,
  patch: Patch,
): Promise<{ failedDependency: { patchId: string; status: PatchStatus } | undefined }> {
  const references = [...patch.dependsOn, ...(patch.supersedes === undefined ? [] : [patch.supersedes])]
  if (references.length === 0) return { failedDependency: undefined }
  const statuses = await tx.statuses(patch, references)
  for (const dependency of patch.dependsOn)
    if (!statuses.has(dependency)) throw new UnknownReferenceError(patch.patchId, 'depends on', dependency)
  if (patch.supersedes !== undefined && !statuses.has(patch.supersedes))
    throw new UnknownReferenceError(patch.patchId, 'supersedes', patch.supersedes)
  for (const patchId of patch.dependsOn) {
    const status = statuses.get(patchId)
    // Whoever depends on what he replaces could never land.
    if (status !== undefined && ((isSettled(status) && status !== 'landed') || patchId === patch.supersedes))
      return { failedDependency: { patchId, status } }
  }
  return { failedDependency: undefined }
}

/**
 * Takes a patch out: at once while it waits; as a request once a gateway had it in hand, since it may have landed in git without
 * anybody having written it down. A settled one stays as it is.
 */
export async function cancel(
  tx: PatchTransaction,
  patchId: string,
  how: 'withdrawn' | 'superseded',
  reason: string,
  at: number,
): Promise<PatchRecord> {
  const record = await lockOf(tx, patchId)
  if (isSettled(record.status)) return record
  if (record.cancel !== null) return record
  const requested = { ...record, cancel: how, cancelReason: reason }
  const wasInHand = record.epoch !== null && record.status !== 'awaiting_approval'
  if (!wasInHand) return applyMove(tx, record, how, { at, verdict: cancelled(requested) })
  await tx.update(patchId, { cancel: how, cancelReason: reason, updatedAt: at })
  await tx.append(
    { stream: patchStream(record.patch), type: 'patch.cancel_requested', subject: patchId, data: { how, reason } },
    at,
  )
  return { ...requested, updatedAt: at }
}

/** The verdict on a patch that was taken out. */
export function cancelled(record: PatchRecord): Verdict {
  const status = record.cancel ?? 'withdrawn'
  return parseVerdict({ status, code: status.toUpperCase(), message: record.cancelReason ?? '' }, status)
}

/** Gives back to the line what a gateway had in hand. What was cancelled stays so, until a gateway has looked whether it landed. */
export async function requeueInHand(tx: PatchTransaction, target: TargetRef, at: number, why: string): Promise<void> {
  for (const record of await tx.inHand(target)) await applyMove(tx, record, 'queued', { at, data: { why } })
}

/** The way to `landed` from each status on the road. */
const roadToLanded: Partial<Record<PatchStatus, readonly PatchStatus[]>> = {
  awaiting_approval: ['queued', 'staged', 'checking', 'landed'],
  queued: ['staged', 'checking', 'landed'],
  staged: ['checking', 'landed'],
  checking: ['landed'],
}

/** Walks a patch through the table of transitions to `landed`, whatever was asked for meanwhile. */
export async function walkToLanded(
  tx: PatchTransaction,
  record: PatchRecord,
  options: { at: number; epoch: number; verdict: Verdict },
): Promise<PatchRecord> {
  const { verdict, ...rest } = options
  const road = roadToLanded[record.status]
  if (road === undefined)
    throw new PatchStateError(
      `Patch ${record.patch.patchId} is in the target's history, but settled as ${record.status}.`,
      {
        remedy: 'The history wins: undo the patch if it shall not stay.',
      },
    )
  let moved = record
  for (const to of road)
    moved = await applyMove(tx, moved, to, {
      ...rest,
      ...(to === 'landed' ? { verdict } : { data: { recovered: true } }),
    })
  return moved
}

/** An event about the target itself, in the stream of its patches. */
export function targetEvent(target: TargetRef, type: string, data: NonNullable<EventDraft['data']>): EventDraft {
  return { stream: patchStream(target), type, subject: target.target, data }
}
