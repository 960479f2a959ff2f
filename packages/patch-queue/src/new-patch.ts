import { contentHash, type EventDraft, type Patch } from '@patchlane/kernel'
import { patchStream } from './patch-queue.ts'
import type { NewPatch, PatchRecord } from './patch-store.ts'

export function newPatch(patch: Patch, agingMs: number): NewPatch {
  return {
    patch,
    contentHash: contentHash(patch),
    line: patch.kind === 'undo' ? 1 : 2,
    headStartMs: patch.priority * agingMs,
  }
}

/** Whether only the state of the target decides about a patch, and no other patch. */
export function standsAlone({ dependsOn, supersedes }: Patch): boolean {
  return dependsOn.length === 0 && supersedes === undefined
}

/** How many bytes of files a patch carries. */
export function contentBytes({ changes }: Patch): number {
  return changes.reduce((bytes, change) => {
    const before = change.kind === 'create' ? 0 : change.before.content.byteLength
    return bytes + before + (change.kind === 'delete' ? 0 : change.after.content.byteLength)
  }, 0)
}

/** The record of a patch that enters the line. */
export function enteredRecord(entering: NewPatch, seq: number, at: number): PatchRecord {
  return {
    patch: entering.patch,
    seq,
    status: 'queued',
    contentHash: entering.contentHash,
    verdict: null,
    parkedFor: null,
    approved: false,
    createdAt: at,
    updatedAt: at,
    settledAt: null,
    cancel: null,
    cancelReason: null,
    erasedAt: null,
    line: entering.line,
    rank: at - entering.headStartMs,
    epoch: null,
  }
}

/** What the event of an entry says besides the place. */
export function enteredData({ title, author }: Patch): NonNullable<EventDraft['data']> {
  return { title, agent: author.agent, runId: author.runId ?? null }
}

export function enteredEvent({ patch, seq }: PatchRecord): EventDraft {
  return {
    stream: patchStream(patch),
    type: 'patch.queued',
    subject: patch.patchId,
    data: { seq, ...enteredData(patch) },
  }
}
