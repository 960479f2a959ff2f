import { objectIdSchema } from '@patchlane/kernel'
import { processIdentitySchema } from '@patchlane/process'
import { z } from 'zod'
import type { WorkspaceRecord } from './workspace-record.ts'

const PREFIX = 'patchlane '

const lockReasonSchema = z.object({
  id: z.string(),
  status: z.enum(['preparing', 'idle', 'leased', 'reclaiming']),
  epoch: z.number().int().nonnegative(),
  commit: objectIdSchema.nullable(),
  holder: z.string().nullable(),
  process: processIdentitySchema.nullable(),
  ttlMs: z.number().nonnegative(),
})
/** What git's own lock on a worktree says of its lease: enough to find it again when the store is lost. */
export type LockReason = z.infer<typeof lockReasonSchema>

export function formatLockReason(record: WorkspaceRecord, ttlMs: number): string {
  const { id, status, epoch, commit, holder, process } = record
  return PREFIX + JSON.stringify({ id, status, epoch, commit, holder, process, ttlMs } satisfies LockReason)
}

/** Undefined for a lock that somebody else made. */
export function parseLockReason(text: string | null): LockReason | undefined {
  if (text === null || !text.startsWith(PREFIX)) return undefined
  try {
    return lockReasonSchema.parse(JSON.parse(text.slice(PREFIX.length)))
  } catch {
    return undefined
  }
}
