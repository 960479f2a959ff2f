import { z } from 'zod'

/** An event of the log. `seq` is dense within its stream: go on after the last one seen and nothing is missed. */
export const eventViewSchema = z.object({
  stream: z.string(),
  seq: z.number(),
  type: z.string(),
  subject: z.string(),
  data: z.record(z.string(), z.json()),
  at: z.number(),
})
export type EventView = z.infer<typeof eventViewSchema>
