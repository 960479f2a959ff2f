import { z } from 'zod'

export const riskLevels = ['low', 'medium', 'high', 'critical'] as const
export const riskLevelSchema = z.enum(riskLevels)
export type RiskLevel = z.infer<typeof riskLevelSchema>

/** One fact that speaks for caution. */
export const riskReasonSchema = z.object({
  /** The rule's stable name. */
  rule: z.string(),
  level: riskLevelSchema,
  /** A clause for people. */
  message: z.string(),
  paths: z.array(z.string()),
  /** True: no rule of a policy can wave it through; a person is asked at the least. */
  floor: z.boolean(),
})
export type RiskReason = z.infer<typeof riskReasonSchema>

/** How risky a patch is, and every reason for it. The score orders patches of one level; it decides nothing. */
export const riskAssessmentSchema = z.object({
  level: riskLevelSchema,
  score: z.number().int().min(0).max(100),
  reasons: z.array(riskReasonSchema),
})
export type RiskAssessment = z.infer<typeof riskAssessmentSchema>

export function higherLevel(a: RiskLevel, b: RiskLevel): RiskLevel {
  return riskLevels.indexOf(a) >= riskLevels.indexOf(b) ? a : b
}
