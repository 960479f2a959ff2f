import swagger from '@fastify/swagger'
import type { Pipeline } from '@patchlane/pipeline'
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import { z } from 'zod'
import { authenticate } from './authentication.ts'
import { RouteNotFoundError } from './errors.ts'
import type { GateState } from './gate-loop.ts'
import { toProblem } from './problem.ts'
import { approvalRoutes } from './routes/approvals.ts'
import { eventRoutes } from './routes/events.ts'
import { knowledgeRoutes } from './routes/knowledge.ts'
import { patchRoutes } from './routes/patches.ts'
import { TokenBook } from './token-book.ts'
import type { Token } from './tokens.ts'

export interface ServerOptions {
  /** Borrowed from the caller, never closed here. */
  pipeline: Pipeline
  /** Who may ask; without any, every request is refused. */
  tokens: readonly Token[]
  /** @default none: nothing is logged */
  logger?: FastifyBaseLogger
  /** Largest body of a submitted patch, in bytes. @default 33_554_432 (32 MiB) */
  patchBodyLimit?: number
  /** Milliseconds between heartbeats of an event stream. @default 15_000 */
  heartbeatMs?: number
  /** What `/healthz` says of the gate in this process. @default () => 'off' */
  gateState?: () => GateState
}

const OTHER_BODY_LIMIT = 1_048_576
/** How long a client may take to send its request. Answers, event streams among them, take as long as they take. */
const REQUEST_TIMEOUT_MS = 120_000

/** The HTTP interface to one pipeline, not listening yet: call `listen`, or `inject` in tests. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: OTHER_BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    ...(options.logger === undefined ? { logger: false } : { loggerInstance: options.logger }),
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(async (error, request, reply) => {
    const problem = toProblem(error)
    if (problem.status >= 500) request.log.error({ err: error }, 'request failed')
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="patchlane"')
    return reply
      .code(problem.status)
      .type('application/problem+json')
      .serializer((value: unknown) => JSON.stringify(value))
      .send(problem)
  })
  app.setNotFoundHandler(async (request) => {
    throw new RouteNotFoundError(request.method, request.url.replace(/\?.*$/s, ''))
  })

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Patchlane',
        version: '1',
        description: 'Submit patches to one target, follow them, answer for them.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
  })

  app.get(
    '/healthz',
    {
      schema: {
        tags: ['status'],
        summary: 'Whether the server answers; needs no token',
        response: {
          200: z.object({ status: z.literal('ok'), gate: z.enum(['off', 'running', 'retrying', 'stopped']) }),
        },
      },
    },
    async () => ({ status: 'ok' as const, gate: options.gateState?.() ?? ('off' as const) }),
  )
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/json').send(JSON.stringify(app.swagger())),
  )

  const book = new TokenBook(options.tokens)
  const { pipeline } = options
  await app.register(
    async (v1) => {
      v1.addHook('onRequest', authenticate(book))
      v1.addHook('onRoute', (route) => {
        route.schema = { ...route.schema, security: [{ bearer: [] }] }
      })
      await v1.register(patchRoutes({ pipeline, patchBodyLimit: options.patchBodyLimit ?? 32 * 1024 * 1024 }))
      await v1.register(approvalRoutes({ pipeline }))
      await v1.register(knowledgeRoutes({ pipeline }))
      await v1.register(eventRoutes({ pipeline, heartbeatMs: options.heartbeatMs ?? 15_000 }))
    },
    { prefix: '/v1' },
  )
  return app
}
