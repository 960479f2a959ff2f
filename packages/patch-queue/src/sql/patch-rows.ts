import type { Schema } from '@patchlane/database'
import {
  type FileChange,
  type FileVersion,
  type ParkedFor,
  type Patch,
  type PatchStatus,
  patchSchema,
  patchStatuses,
  verdictSchema,
} from '@patchlane/kernel'
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { TargetMode } from '../patch-queue.ts'
import type { PatchChanges, PatchRecord } from '../patch-store.ts'

export type ProposalRow = Selectable<Schema['patch_proposals']>
export type FileRow = Selectable<Schema['patch_files']>

/** Text for people to read in a column; Postgres has no NUL in text. The exact text is in the JSON document. */
export function readable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed()
}

export function proposalRow(record: PatchRecord): Insertable<Schema['patch_proposals']> {
  const { patch } = record
  return {
    ...givenColumns(patch),
    repo_id: patch.repoId,
    target: patch.target,
    seq: record.seq,
    status: record.status,
    content_hash: record.contentHash,
    line: record.line,
    rank: record.rank,
    supersedes: patch.supersedes ?? null,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  }
}

/** What the proposer gave, without the files. */
export function givenColumns(patch: Patch) {
  const { changes: _changes, ...document } = patch
  return {
    patch_id: patch.patchId,
    base_commit: patch.base.commit,
    index_version: patch.base.indexVersion,
    author: readable(patch.author.agent),
    run_id: patch.author.runId ?? null,
    subtask_id: patch.author.subtaskId ?? null,
    title: readable(patch.title),
    description: readable(patch.description),
    kind: patch.kind,
    priority: patch.priority,
    document: JSON.stringify(document),
  }
}

/** The columns that a move changes. */
export function changedColumns(changes: PatchChanges): Updateable<Schema['patch_proposals']> {
  const { verdict } = changes
  return {
    ...(changes.status === undefined ? {} : { status: changes.status }),
    ...(verdict === undefined
      ? {}
      : {
          verdict: verdict === null ? null : JSON.stringify(verdict),
          reason: verdict === null ? null : readable(`${verdict.code}: ${verdict.message}`),
        }),
    ...(verdict?.landedCommit === undefined ? {} : { landed_commit: verdict.landedCommit }),
    ...(changes.parkedFor === undefined ? {} : { parked_for: changes.parkedFor }),
    ...(changes.approved === undefined ? {} : { approved: changes.approved ? 1 : 0 }),
    ...(changes.line === undefined ? {} : { line: changes.line }),
    ...(changes.cancel === undefined ? {} : { cancel: changes.cancel }),
    ...(changes.cancelReason === undefined
      ? {}
      : { cancel_reason: changes.cancelReason === null ? null : readable(changes.cancelReason) }),
    ...(changes.epoch === undefined ? {} : { epoch: changes.epoch }),
    ...(changes.updatedAt === undefined ? {} : { updated_at: changes.updatedAt }),
    ...(changes.settledAt === undefined ? {} : { settled_at: changes.settledAt }),
    ...(changes.status === 'landed' && changes.settledAt !== undefined ? { applied_at: changes.settledAt } : {}),
  }
}

export function fileRows(patch: Patch): Insertable<Schema['patch_files']>[] {
  return patch.changes.map((change, ordinal) => {
    const before = change.kind === 'create' ? undefined : change.before
    const after = change.kind === 'delete' ? undefined : change.after
    return {
      patch_id: patch.patchId,
      ordinal,
      path: change.path,
      change: change.kind,
      from_path: change.kind === 'rename' ? change.from : null,
      base_mode: before?.mode ?? null,
      base_oid: before?.oid ?? null,
      base_content: before?.content ?? null,
      mode: after?.mode ?? null,
      oid: after?.oid ?? null,
      new_content: after?.content ?? null,
    }
  })
}

export function toRecord(row: ProposalRow, patch: Patch): PatchRecord {
  return {
    patch,
    seq: row.seq,
    status: statusOf(row.status),
    contentHash: row.content_hash,
    verdict: row.verdict === null ? null : verdictSchema.parse(JSON.parse(row.verdict)),
    parkedFor: parkedForOf(row.parked_for),
    approved: row.approved === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    settledAt: row.settled_at,
    cancel: row.cancel === 'withdrawn' || row.cancel === 'superseded' ? row.cancel : null,
    cancelReason: row.cancel_reason,
    erasedAt: row.erased_at,
    line: row.line,
    rank: row.rank,
    epoch: row.epoch,
  }
}

/** A patch as it was proposed. */
export function toPatch(row: ProposalRow, files: readonly FileRow[]): Patch {
  return patchSchema.parse({ ...JSON.parse(row.document), changes: files.map(toChange) })
}

/** Left unbranded: `patchSchema` checks it again as a whole. */
function toChange(row: FileRow): Record<keyof FileChange | 'from' | 'before' | 'after', unknown> {
  return {
    kind: row.change,
    path: row.path,
    from: row.from_path ?? undefined,
    before: toVersion(row.base_mode, row.base_oid, row.base_content),
    after: toVersion(row.mode, row.oid, row.new_content),
  }
}

function toVersion(
  mode: string | null,
  oid: string | null,
  content: Uint8Array | null,
): Record<keyof FileVersion, unknown> | undefined {
  if (mode === null) return undefined
  // A plain view: drivers hand out Buffers, whose methods differ.
  const bytes =
    content === null ? new Uint8Array() : new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
  return { mode, oid, content: bytes }
}

export function statusOf(text: string): PatchStatus {
  const status = patchStatuses.find((known) => known === text)
  if (status === undefined) throw new TypeError(`The store holds the unknown patch status ${JSON.stringify(text)}.`)
  return status
}

function parkedForOf(text: string | null): ParkedFor | null {
  return text === 'approval' || text === 'checkout' ? text : null
}

/**
 * A status as part of the statement instead of a parameter of it: how many patches there are differs so much between them that a plan that
 * is kept for all of them would be a bad one.
 */
export function lit(status: PatchStatus) {
  return sql.lit(statusOf(status))
}

export const inHandStatuses = [lit('staged'), lit('checking')]
export const openStatuses = [lit('queued'), ...inHandStatuses, lit('awaiting_approval')]

export function modeOf(text: string | null | undefined): TargetMode {
  return text === 'paused' || text === 'draining' ? text : 'running'
}
