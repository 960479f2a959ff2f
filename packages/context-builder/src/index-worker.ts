import { serveWorker } from '@patchlane/syntax'
import { z } from 'zod'
import { buildSegment } from './build-segment.ts'

const messageSchema = z.object({
  blobs: z.array(
    z.object({
      key: z.instanceof(Uint8Array),
      reading: z.number(),
      content: z.instanceof(Uint8Array).nullable(),
      size: z.number(),
    }),
  ),
})

serveWorker(async (message) => {
  const segment = await buildSegment(messageSchema.parse(message).blobs)
  return { value: segment, transfer: [segment.buffer] }
})
