import { patchStatuses, type QueuedPatch, verdictSchema } from '@patchlane/kernel'
import { z } from 'zod'

/** A file of a patch, without its content: `GET /v1/patches/:id/diff` has that. */
export const patchFileViewSchema = z.object({
  path: z.string(),
  change: z.enum(['create', 'modify', 'delete', 'rename']),
  /** Where a renamed file was before; null otherwise. */
  from: z.string().nullable(),
})

/** One patch with where it is on the road, as CLI and server print it in lists. Times are UTC, milliseconds since the epoch. */
export const patchViewSchema = z.object({
  patchId: z.string(),
  seq: z.number(),
  status: z.enum(patchStatuses),
  /** The latest verdict's sentence; null while nothing has been said. */
  reason: z.string().nullable(),
  /** The latest verdict's stable code: `LANDED`, `CHECK_FAILED`, `MERGE_CONFLICT` ... */
  code: z.string().nullable(),
  title: z.string(),
  description: z.string(),
  kind: z.enum(['change', 'undo']),
  undoes: z.string().nullable(),
  agent: z.string(),
  runId: z.string().nullable(),
  subtask: z.string().nullable(),
  attempt: z.number().nullable(),
  priority: z.number(),
  dependsOn: z.array(z.string()),
  supersedes: z.string().nullable(),
  target: z.string(),
  base: z.object({ repoId: z.string(), commit: z.string(), indexVersion: z.string().nullable() }),
  files: z.array(patchFileViewSchema),
  contentHash: z.string(),
  parkedFor: z.enum(['approval', 'checkout']).nullable(),
  approved: z.boolean(),
  landedCommit: z.string().nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
  settledAt: z.number().nullable(),
})
export type PatchView = z.infer<typeof patchViewSchema>

/** A patch with everything that was said about it: checks, conflicts with markers, rollback. */
export const patchDetailSchema = patchViewSchema.extend({ verdict: verdictSchema.nullable() })
export type PatchDetail = z.infer<typeof patchDetailSchema>

/** The list form of a patch. */
export function toPatchView(queued: QueuedPatch): PatchView {
  const { patch, verdict } = queued
  return {
    patchId: patch.patchId,
    seq: queued.seq,
    status: queued.status,
    reason: verdict?.message ?? null,
    code: verdict?.code ?? null,
    title: patch.title,
    description: patch.description,
    kind: patch.kind,
    undoes: patch.undoes ?? null,
    agent: patch.author.agent,
    runId: patch.author.runId ?? null,
    subtask: patch.author.subtaskId ?? null,
    attempt: patch.author.attempt ?? null,
    priority: patch.priority,
    dependsOn: patch.dependsOn,
    supersedes: patch.supersedes ?? null,
    target: patch.target,
    base: patch.base,
    files: patch.changes.map((change) => ({
      path: change.path,
      change: change.kind,
      from: change.kind === 'rename' ? change.from : null,
    })),
    contentHash: queued.contentHash,
    parkedFor: queued.parkedFor,
    approved: queued.approved,
    landedCommit: verdict?.landedCommit ?? null,
    createdAt: queued.createdAt,
    updatedAt: queued.updatedAt,
    settledAt: queued.settledAt,
  }
}

/** The full form of a patch. */
export function toPatchDetail(queued: QueuedPatch): PatchDetail {
  return { ...toPatchView(queued), verdict: queued.verdict }
}
