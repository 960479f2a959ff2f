import type { Pipeline } from '@patchlane/pipeline'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { requireRole } from '../authentication.ts'
import {
  contextViewSchema,
  indexSummarySchema,
  stampViewSchema,
  statusViewSchema,
  toStatusView,
} from '../wire/index.ts'
import { problemResponses } from './shared.ts'

const commit = z.string().min(1).max(400).optional().describe("A revision; the default is the target's head")

/** Contexts, index versions and the state of the target. Uncommitted work of the user is never served. */
export function knowledgeRoutes({ pipeline }: { pipeline: Pipeline }): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/context',
      {
        schema: {
          tags: ['context'],
          summary: 'The files a task needs, ranked and packed into a token budget',
          body: z.strictObject({
            task: z.string().min(1).max(100_000),
            budgetTokens: z.number().int().min(100).max(10_000_000).optional(),
            limit: z.number().int().min(1).max(1000).optional(),
            commit,
          }),
          response: { 200: contextViewSchema, ...problemResponses },
        },
      },
      async ({ body }) =>
        pipeline.context({
          task: body.task,
          ...(body.budgetTokens === undefined ? {} : { budgetTokens: body.budgetTokens }),
          ...(body.limit === undefined ? {} : { limit: body.limit }),
          ...(body.commit === undefined ? {} : { commit: body.commit }),
        }),
    )

    app.get(
      '/index-version',
      {
        schema: {
          tags: ['context'],
          summary: "Where the target stands: its head and that commit's index version",
          response: { 200: stampViewSchema, ...problemResponses },
        },
      },
      async () => pipeline.stamp(),
    )

    app.post(
      '/index',
      {
        onRequest: requireRole('approver'),
        schema: {
          tags: ['context'],
          summary: 'Index a commit',
          body: z.strictObject({ commit }).default({}),
          response: { 200: indexSummarySchema, ...problemResponses },
        },
      },
      async ({ body }) => pipeline.index(body.commit === undefined ? {} : { commit: body.commit }),
    )

    app.get(
      '/status',
      {
        schema: {
          tags: ['status'],
          summary: 'Queue, lease, runs and workspaces at a glance',
          response: { 200: statusViewSchema, ...problemResponses },
        },
      },
      async () => toStatusView(await pipeline.status()),
    )

    app.get(
      '/metrics',
      {
        schema: {
          tags: ['status'],
          summary: 'Counts and gauges of the queue and the index, for Prometheus',
          produces: ['text/plain'],
          response: { 200: z.string(), ...problemResponses },
        },
      },
      async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(await pipeline.metrics()),
    )
  }
}
