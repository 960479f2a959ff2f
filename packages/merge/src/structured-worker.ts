import { serveWorker } from '@patchlane/syntax'
import { z } from 'zod'
import { doStructuredTask } from './structured-task.ts'

const lines = z.array(z.string())
const versions = z.object({ path: z.string(), base: z.string(), ours: z.string(), theirs: z.string() })
const taskSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('merge'),
    versions,
    segments: z.array(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('merged'), lines }),
        z.object({ kind: z.literal('conflict'), ours: lines, base: lines, theirs: lines }),
      ]),
    ),
    minConfidence: z.number(),
  }),
  z.object({ kind: z.literal('judge'), versions, text: z.string() }),
])

// The module that the thread of the structured merge runs; it exports nothing.
serveWorker(async (message) => ({ value: await doStructuredTask(taskSchema.parse(message)) }))
