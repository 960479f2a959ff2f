import type { PendingApproval } from '@patchlane/pipeline'
import { z } from 'zod'
import { patchDetailSchema, toPatchDetail } from './patch-view.ts'

/** A question to a person. An answer that repeats `contentHash` is bound to exactly this content. */
export const approvalViewSchema = z.object({
  patch: patchDetailSchema,
  risk: z.object({ level: z.string(), score: z.number(), reasons: z.array(z.string()) }),
  contentHash: z.string(),
  diff: z.string(),
  requestedAt: z.number(),
  expiresAt: z.number(),
})
export type ApprovalView = z.infer<typeof approvalViewSchema>

/** The JSON form of an open question. */
export function toApprovalView(pending: PendingApproval): ApprovalView {
  return { ...pending, patch: toPatchDetail(pending.patch) }
}
