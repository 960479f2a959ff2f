import { patchStatuses } from '@patchlane/kernel'
import type { PipelineStatus } from '@patchlane/pipeline'
import { z } from 'zod'
import { patchViewSchema, toPatchView } from './patch-view.ts'
import { stampViewSchema } from './stamp-view.ts'

export const runSummarySchema = z.object({
  runId: z.string(),
  status: z.enum(['running', 'interrupted', 'finished', 'failed']),
  title: z.string(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  subtasks: z.number(),
})

/** The state of a target: who may land, what waits, what runs. */
export const statusViewSchema = z.object({
  repoId: z.string(),
  target: z.string(),
  head: z.string(),
  stamp: stampViewSchema.nullable(),
  lease: z.object({ owner: z.string(), epoch: z.number(), expiresAt: z.number() }).nullable(),
  paused: z.boolean(),
  /** Number of patches by status. */
  queue: z.record(z.enum(patchStatuses), z.number()),
  waiting: z.array(patchViewSchema),
  pendingApprovals: z.number(),
  workspaces: z.object({ total: z.number(), leased: z.number() }),
  runs: z.array(runSummarySchema),
})
export type StatusView = z.infer<typeof statusViewSchema>

/** The JSON form of a status. */
export function toStatusView(status: PipelineStatus): StatusView {
  return { ...status, waiting: status.waiting.map(toPatchView) }
}
