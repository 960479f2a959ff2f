import { approvalViewSchema, patchDetailSchema, patchViewSchema } from '@patchlane/server/wire'
import { z } from 'zod'

/** `queue cancel`, `approve PATCH` and `reject`, each with `--json` */
export const patchOutputSchema = z.object({ patch: patchDetailSchema })

/** `propose --json`: `notes` say what was made of a text that did not say it exactly. */
export const proposeOutputSchema = patchOutputSchema.extend({ notes: z.array(z.string()) })

/** `agent --json`: null if the program changed nothing. */
export const agentOutputSchema = z.object({ patch: patchDetailSchema.nullable() })

/** `queue list --json` */
export const queueListOutputSchema = z.object({ patches: z.array(patchViewSchema) })

/** `queue show --json`: `diff` is null with `--no-diff`. */
export const queueShowOutputSchema = z.object({ patch: patchDetailSchema, diff: z.string().nullable() })

/** `queue pause --json` and `queue resume --json` */
export const queueStateOutputSchema = z.object({ target: z.string(), paused: z.boolean() })

/** `gate --json`: once, or one a line with `--watch`. `lease` is null when another gateway holds the target. */
export const gateOutputSchema = z.object({
  lease: z.object({ owner: z.string(), epoch: z.number() }).nullable(),
  settled: z.array(patchViewSchema),
  parked: z.array(patchViewSchema),
  head: z.string(),
  recovered: z.array(z.string()),
})

/** `approve --json` without a patch: what waits. */
export const approvalsOutputSchema = z.object({ approvals: z.array(approvalViewSchema) })

/** `undo --json`: what would be undone; with `--yes` also the patches that undo it, as far as they came. */
export const undoOutputSchema = z.object({
  undone: z.array(patchViewSchema),
  diff: z.string(),
  proposed: z.array(patchDetailSchema),
})
