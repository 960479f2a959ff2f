import { z } from 'zod'

/** `init --json` */
export const initOutputSchema = z.object({
  created: z.string(),
  detected: z.array(
    z.object({ kind: z.string(), name: z.string(), evidence: z.string(), problem: z.string().optional() }),
  ),
})

/** `doctor --json` */
export const doctorOutputSchema = z.object({
  ok: z.boolean(),
  diagnoses: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ok', 'warning', 'error']),
      detail: z.string(),
      remedy: z.string().optional(),
    }),
  ),
})

/** `serve --json`: one object, once it listens. `tokens` holds the made ones only. */
export const serveOutputSchema = z.object({
  url: z.string(),
  tokens: z.array(z.object({ name: z.string(), role: z.string(), secret: z.string() })),
})
