import type { Schema } from '@patchlane/database'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import { type Approval, approvalSchema } from '../approval.ts'

export type ApprovalRow = Selectable<Schema['approvals']>

/** What people saw, exactly; the columns beside it are for reading the table. */
const requestSchema = z.object({ title: z.string(), author: z.string(), reasons: z.array(z.string()) })
export type ApprovalRequest = z.infer<typeof requestSchema>

/** A row as it is at `now`: an open question past its time reads as expired. */
export function toApproval(row: ApprovalRow, now: number): Approval {
  const expired = row.status === 'pending' && row.expires_at <= now
  return approvalSchema.parse({
    ...requestSchema.parse(JSON.parse(row.request)),
    approvalId: row.approval_id,
    repoId: row.repo_id,
    target: row.target,
    patchId: row.patch_id,
    contentKey: row.content_key,
    status: expired ? 'expired' : row.status,
    risk: JSON.parse(row.risk),
    policyVersion: row.policy_version,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at,
    answeredBy: row.answered_by,
    answeredAt: row.answered_at,
    channel: row.channel,
    note: row.note,
  })
}

/** Postgres has no NUL in text. */
export function columnText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed()
}
