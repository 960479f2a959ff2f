import { patchIdSchema, repoIdSchema, targetNameSchema } from '@patchlane/kernel'
import { z } from 'zod'
import { riskAssessmentSchema } from './risk/risk-level.ts'

/** `replaced`: the patch changed before anybody answered. `used`: the approved content went on to land. */
export const approvalStatusSchema = z.enum(['pending', 'approved', 'denied', 'expired', 'replaced', 'used'])
export type ApprovalStatus = z.infer<typeof approvalStatusSchema>

/** A question to a person, and the answer. Times are UTC, milliseconds, by the store's clock. */
export const approvalSchema = z.object({
  approvalId: z.uuid(),
  repoId: repoIdSchema,
  target: targetNameSchema,
  patchId: patchIdSchema,
  /** The agent that proposed it, who may not answer. */
  author: z.string(),
  title: z.string(),
  /** The digest of exactly what the answer is about. */
  contentKey: z.string(),
  status: approvalStatusSchema,
  risk: riskAssessmentSchema,
  /** Why it is asked. */
  reasons: z.array(z.string()),
  policyVersion: z.string(),
  requestedAt: z.number(),
  expiresAt: z.number(),
  answeredBy: z.string().nullable(),
  answeredAt: z.number().nullable(),
  /** How the answer came: `terminal`, `web`, `webhook` ... */
  channel: z.string().nullable(),
  note: z.string().nullable(),
})
export type Approval = z.infer<typeof approvalSchema>

/** What opens a question; the store adds the rest. */
export type ApprovalDraft = Pick<
  Approval,
  'repoId' | 'target' | 'patchId' | 'author' | 'title' | 'contentKey' | 'risk' | 'reasons' | 'policyVersion'
> & { ttlMs: number }

export interface ApprovalAnswer {
  decision: 'approved' | 'denied'
  by: string
  channel: string
  note?: string | undefined
}
