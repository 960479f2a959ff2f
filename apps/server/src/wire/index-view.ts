import { z } from 'zod'
import { stampViewSchema } from './stamp-view.ts'

/** The index of one commit. `fresh` is true when it was built by this call. */
export const indexSummarySchema = z.object({
  stamp: stampViewSchema,
  versionId: z.number(),
  indexer: z.string(),
  fileCount: z.number(),
  durationMs: z.number(),
  fresh: z.boolean(),
  pruned: z.object({ documents: z.number(), bytes: z.number() }).optional(),
})
export type IndexView = z.infer<typeof indexSummarySchema>
