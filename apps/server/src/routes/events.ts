import type { Pipeline } from '@patchlane/pipeline'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { StreamNotFoundError } from '../errors.ts'
import { isOwnStream } from '../own-stream.ts'
import { writeEventStream } from '../sse.ts'

const sequence = z.coerce.number().int().nonnegative()

/** Server-sent events. All streams end when the server closes, so that a shutdown does not wait for its listeners. */
export function eventRoutes(options: { pipeline: Pipeline; heartbeatMs: number }): FastifyPluginAsyncZod {
  const { pipeline, heartbeatMs } = options
  return async (app) => {
    const open = new Set<AbortController>()
    app.addHook('preClose', async () => {
      for (const controller of open) controller.abort()
    })

    app.get(
      '/events',
      {
        schema: {
          tags: ['events'],
          summary: 'Events as they happen (text/event-stream); ids are sequence numbers',
          produces: ['text/event-stream'],
          headers: z.object({ 'last-event-id': sequence.optional() }),
          querystring: z.object({
            stream: z.string().min(1).max(500).optional().describe('The default is the patches of the target'),
            after: sequence.optional().describe('Only events with a higher sequence number; the header wins'),
          }),
        },
      },
      async (request, reply) => {
        const { stream } = request.query
        if (stream !== undefined && !isOwnStream(stream, pipeline)) throw new StreamNotFoundError(stream)
        const controller = new AbortController()
        open.add(controller)
        reply.hijack()
        reply.raw.on('close', () => controller.abort())
        try {
          await writeEventStream(reply.raw, {
            events: pipeline.events({
              ...(stream === undefined ? {} : { stream }),
              after: request.headers['last-event-id'] ?? request.query.after ?? 0,
              follow: true,
              signal: controller.signal,
            }),
            heartbeatMs,
            signal: controller.signal,
          })
        } catch (error) {
          request.log.error({ err: error }, 'an event stream failed')
        } finally {
          controller.abort()
          open.delete(controller)
        }
      },
    )
  }
}
