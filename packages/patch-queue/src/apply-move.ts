import {
  assertMove,
  type EventDraft,
  InvalidInputError,
  isSettled,
  type PatchStatus,
  type Verdict,
  type VerdictInput,
  verdictSchema,
} from '@patchlane/kernel'
import { z } from 'zod'
import { patchStream, type QueueEntry } from './patch-queue.ts'
import type { PatchChanges, PatchRecord, PatchTransaction } from './patch-store.ts'

export interface MoveOptions {
  at: number
  /** The epoch of the lease it is made under. */
  epoch?: number
  verdict?: Verdict
  changes?: PatchChanges
  /** Added to the event's data. */
  data?: EventDraft['data']
  /** The event's type, where it is not simply the new status. */
  type?: string
}

/**
 * The one way a patch changes its status: the move, its event, and what follows for the patches that depend on it, in the
 * transaction it is given. The record must be locked.
 */
export async function applyMove(
  tx: PatchTransaction,
  record: PatchRecord,
  to: PatchStatus,
  options: MoveOptions,
): Promise<PatchRecord> {
  assertMove(`Patch ${record.patch.patchId}`, record.status, to)
  const changes: PatchChanges = {
    parkedFor: null,
    ...options.changes,
    status: to,
    updatedAt: options.at,
    ...(options.epoch === undefined ? {} : { epoch: options.epoch }),
    ...(options.verdict === undefined ? {} : { verdict: options.verdict }),
    ...(isSettled(to) ? { settledAt: options.at, cancel: null, cancelReason: null } : {}),
  }
  await tx.update(record.patch.patchId, changes)
  const moved = { ...record, ...changes }
  await tx.append(moveEvent(record, moved, options), options.at)
  if (isSettled(to) && to !== 'landed') await failDependants(tx, moved, options.at)
  return moved
}

function moveEvent(before: PatchRecord, after: PatchRecord, options: MoveOptions): EventDraft {
  return {
    stream: patchStream(after.patch),
    type: options.type ?? (after.status === 'queued' ? 'patch.requeued' : `patch.${after.status}`),
    subject: after.patch.patchId,
    data: {
      seq: after.seq,
      runId: after.patch.author.runId ?? null,
      ...stepData({ ...options, from: before.status, to: after.status }),
      ...(after.parkedFor === null ? {} : { parkedFor: after.parkedFor }),
      ...options.data,
    },
  }
}

/** What the event of a move says of the move itself. */
export function stepData({
  from,
  to,
  epoch,
  verdict,
}: Pick<MoveOptions, 'epoch' | 'verdict'> & { from: PatchStatus; to: PatchStatus }): NonNullable<EventDraft['data']> {
  return {
    from,
    to,
    ...(epoch === undefined ? {} : { epoch }),
    ...(verdict === undefined ? {} : { code: verdict.code, message: verdict.message }),
    ...(verdict?.landedCommit === undefined ? {} : { landedCommit: verdict.landedCommit }),
  }
}

async function failDependants(tx: PatchTransaction, failed: PatchRecord, at: number): Promise<void> {
  for (const dependant of await tx.dependants(failed.patch.patchId))
    await applyMove(tx, dependant, 'rejected', {
      at,
      verdict: dependencyFailed(failed.patch.patchId, failed.status),
    })
}

/** The verdict on a patch whose dependency can never land. */
export function dependencyFailed(patchId: string, ended: PatchStatus): Verdict {
  return parseVerdict(
    {
      status: 'rejected',
      code: 'DEPENDENCY_FAILED',
      message: `Patch ${patchId}, which this one depends on, is ${ended}.`,
      remedy: 'Propose again on top of what took its place, or without it.',
    },
    'rejected',
  )
}

/** A verdict with its status set to where the patch goes. @throws {InvalidInputError} */
export function parseVerdict(verdict: VerdictInput, status: PatchStatus): Verdict {
  const parsed = verdictSchema.safeParse({ ...verdict, status })
  if (parsed.success) return parsed.data
  throw new InvalidInputError(`The verdict is malformed: ${z.prettifyError(parsed.error)}`, { cause: parsed.error })
}

/** What callers see of a record. */
export function toEntry(record: PatchRecord): QueueEntry {
  const { line: _line, rank: _rank, cancelReason: _reason, epoch: _epoch, ...entry } = record
  return entry
}
