import { z } from 'zod'

export {
  contextViewSchema as contextOutputSchema,
  indexSummarySchema as indexOutputSchema,
  statusViewSchema as statusOutputSchema,
} from '@patchlane/server/wire'

/** `context --files --json` */
export const contextFilesOutputSchema = z.object({ files: z.array(z.string()) })

/** `symbols --json` and `refs --json` */
export const symbolsOutputSchema = z.object({
  name: z.string(),
  hits: z.array(z.object({ name: z.string(), kind: z.string(), path: z.string(), line: z.number() })),
  /** How many there are, of which `hits` has the first. */
  total: z.number(),
})

/** `map --json` */
export const mapOutputSchema = z.object({ text: z.string() })
