import { objectIdSchema, patchIdSchema, patchStatuses } from '@patchlane/kernel'
import { z } from 'zod'

/** Where a unit of the plan stands once its agents have nothing more to do. Small, as it is kept in every checkpoint. */
export const unitOutcomeSchema = z.object({
  unitId: z.string(),
  status: z.enum([...patchStatuses, 'failed']),
  reason: z.string(),
  patchId: patchIdSchema.nullable(),
  attempts: z.number().int().nonnegative(),
  landedCommit: objectIdSchema.nullable(),
  cost: z.object({ inputTokens: z.number(), outputTokens: z.number(), usd: z.number() }),
  /** False where a person still has to answer: resuming the run asks again. */
  final: z.boolean(),
})
export type UnitOutcome = z.infer<typeof unitOutcomeSchema>
