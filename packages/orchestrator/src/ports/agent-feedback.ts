import {
  checkReportSchema,
  fileConflictSchema,
  objectIdSchema,
  patchIdSchema,
  patchStatuses,
  type QueuedPatch,
} from '@patchlane/kernel'
import { z } from 'zod'

/** What was said of an attempt, as the next attempt gets it: what went wrong, where, and what to start from. */
export const agentFeedbackSchema = z.object({
  /** The attempt that was judged. */
  attempt: z.number().int().positive(),
  /** Null where the attempt failed before it proposed. */
  patchId: patchIdSchema.nullable(),
  status: z.enum([...patchStatuses, 'failed']),
  code: z.string(),
  message: z.string(),
  remedy: z.string().nullable(),
  /** The commit the next attempt starts from. */
  head: objectIdSchema.nullable(),
  /** Markers and both sides of each file that could not be merged. */
  conflicts: z.array(fileConflictSchema),
  /** The checks that did not pass, with their findings and output. */
  checks: z.array(checkReportSchema),
})
export type AgentFeedback = z.infer<typeof agentFeedbackSchema>

/** The feedback in a settled patch: only what is of use to mend it. */
export function feedbackFrom(queued: QueuedPatch, attempt: number): AgentFeedback {
  const verdict = queued.verdict
  return {
    attempt,
    patchId: queued.patch.patchId,
    status: queued.status,
    code: verdict?.code ?? queued.status.toUpperCase(),
    message: verdict?.message ?? `The patch is ${queued.status}.`,
    remedy: verdict?.remedy ?? null,
    head: verdict?.head?.commit ?? null,
    conflicts: verdict?.conflicts ?? [],
    checks: (verdict?.checks ?? []).filter((check) => check.outcome === 'failed' || check.outcome === 'broken'),
  }
}
