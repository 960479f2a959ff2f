import { z } from 'zod'
import { stampViewSchema } from './stamp-view.ts'

/** One file of a context, best first. */
export const contextFileSchema = z.object({
  path: z.string(),
  role: z.enum(['implementation', 'test', 'doc', 'example', 'config', 'generated', 'vendored']),
  score: z.number(),
  why: z.array(z.string()),
  level: z.enum(['full', 'symbols', 'signatures', 'path']),
  tokens: z.number(),
})

/** The answer to a task: which files to read, and their text packed into the budget. */
export const contextViewSchema = z.object({
  stamp: stampViewSchema,
  overlay: z.string().nullable(),
  files: z.array(contextFileSchema),
  text: z.string(),
  tokens: z.number(),
  readSet: z.object({
    paths: z.array(z.string()),
    symbols: z.array(z.string()).optional(),
    complete: z.boolean(),
  }),
  notes: z.array(z.string()),
})
export type ContextView = z.infer<typeof contextViewSchema>
