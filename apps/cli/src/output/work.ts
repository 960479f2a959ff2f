import { checkReportSchema } from '@patchlane/kernel'
import { z } from 'zod'

export { eventViewSchema as eventOutputSchema } from '@patchlane/server/wire'

/** `test --json` */
export const testOutputSchema = z.object({ ok: z.boolean(), reports: z.array(checkReportSchema) })

export const workspaceOutputSchema = z.object({
  id: z.string(),
  directory: z.string(),
  commit: z.string(),
  holder: z.string().nullable(),
  size: z.number().nullable(),
  createdAt: z.number(),
  expiresAt: z.number().nullable(),
  state: z.enum(['idle', 'leased', 'expired', 'rescued']),
})

/** `workspace list --json` */
export const workspaceListOutputSchema = z.object({ workspaces: z.array(workspaceOutputSchema) })

/** `workspace gc --json` */
export const workspaceGcOutputSchema = z.object({
  removed: z.array(workspaceOutputSchema),
  rescued: z.array(z.object({ id: z.string(), ref: z.string() })),
})

/** `workspace rebase --json` */
export const workspaceRebaseOutputSchema = z.object({
  id: z.string(),
  commit: z.string(),
  conflicts: z.array(z.string()),
})

/** `workspace rescue --json` */
export const workspaceRescueOutputSchema = z.object({ id: z.string(), ref: z.string() })
