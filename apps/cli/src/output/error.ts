import { errorViewSchema } from '@patchlane/server/wire'
import { z } from 'zod'

/** What every command prints with `--json` when it fails. */
export const errorOutputSchema = z.object({ error: errorViewSchema })
export type ErrorOutput = z.infer<typeof errorOutputSchema>
