import { z } from 'zod'

/** What something was made from, as it is printed. */
export const stampViewSchema = z.object({
  repoId: z.string(),
  commit: z.string(),
  indexVersion: z.string().nullable(),
})
export type StampView = z.infer<typeof stampViewSchema>
