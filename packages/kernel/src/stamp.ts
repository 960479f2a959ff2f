import { z } from 'zod'
import { indexDigestSchema, objectIdSchema, repoIdSchema } from './ids.ts'
import { repoPathSchema } from './paths.ts'

/** What a context, request or patch was made from. `indexVersion` is null only where no index is in use. */
export const stampSchema = z.object({
  repoId: repoIdSchema,
  commit: objectIdSchema,
  indexVersion: indexDigestSchema.nullable(),
})
export type Stamp = z.infer<typeof stampSchema>

/** What an agent read. `complete` is false when it may have read more than we saw. */
export const readSetSchema = z.object({
  paths: z.array(repoPathSchema),
  symbols: z.array(z.string()).optional(),
  complete: z.boolean(),
})
export type ReadSet = z.infer<typeof readSetSchema>
