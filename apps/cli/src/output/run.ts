import { patchStatuses } from '@patchlane/kernel'
import { z } from 'zod'

/** `run --json`: an event, one a line, before the result. */
export const runEventOutputSchema = z.object({
  type: z.string(),
  runId: z.string(),
  at: z.number(),
  subtask: z.string().optional(),
  agent: z.string().optional(),
  patchId: z.string().optional(),
  status: z.string().optional(),
  message: z.string().optional(),
  data: z.unknown().optional(),
})

/** `run --json`: the result, the last line. */
export const runOutputSchema = z.object({
  runId: z.string(),
  target: z.string(),
  base: z.string(),
  head: z.string(),
  patches: z.array(
    z.object({
      patchId: z.string().nullable(),
      subtask: z.string(),
      agent: z.string(),
      status: z.enum([...patchStatuses, 'failed']),
      reason: z.string(),
      attempts: z.number(),
      landedCommit: z.string().nullable(),
    }),
  ),
  durationMs: z.number(),
  cost: z.object({ inputTokens: z.number(), outputTokens: z.number(), usd: z.number() }),
})
export type RunOutput = z.infer<typeof runOutputSchema>
