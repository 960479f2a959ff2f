import { z } from 'zod'

export const errorKinds = ['usage', 'conflict', 'stale', 'approval', 'environment', 'failed'] as const

/** An error as the CLI prints it under `error`. */
export const errorViewSchema = z.object({
  code: z.string(),
  kind: z.enum(errorKinds),
  message: z.string(),
  remedy: z.string().optional(),
  retryable: z.boolean(),
})
export type ErrorView = z.infer<typeof errorViewSchema>

/** The same over HTTP, as `application/problem+json` (RFC 9457). */
export const problemSchema = z.object({
  /** A URN made of the code, stable. */
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  kind: z.enum(errorKinds),
  remedy: z.string().optional(),
  retryable: z.boolean(),
})
export type Problem = z.infer<typeof problemSchema>
