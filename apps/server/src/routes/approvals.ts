import type { Pipeline } from '@patchlane/pipeline'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { identityOf, requireRole } from '../authentication.ts'
import { SelfApprovalError } from '../errors.ts'
import { ownPatch } from '../own-patch.ts'
import { isAuthor } from '../token-book.ts'
import { approvalViewSchema, patchDetailSchema, toApprovalView, toPatchDetail } from '../wire/index.ts'
import { idParams, problemResponses } from './shared.ts'

const note = z.string().max(5000).optional()

/** List open questions and answer them. Nobody approves what they submitted themselves. */
export function approvalRoutes({ pipeline }: { pipeline: Pipeline }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/approvals',
      {
        schema: {
          tags: ['approvals'],
          summary: 'Patches that wait for a person',
          response: { 200: z.object({ approvals: z.array(approvalViewSchema) }), ...problemResponses },
        },
      },
      async () => ({ approvals: (await pipeline.approvals.list()).map(toApprovalView) }),
    )

    app.post(
      '/patches/:id/approve',
      {
        onRequest: requireRole('approver'),
        schema: {
          tags: ['approvals'],
          summary: 'Let a patch land',
          params: idParams,
          body: z.strictObject({
            contentHash: z
              .string()
              .optional()
              .describe('The hash of what was looked at; the answer is refused if the content is another by now'),
            note,
          }),
          response: { 200: patchDetailSchema, ...problemResponses },
        },
      },
      async (request) => {
        const { name } = identityOf(request)
        const { patch } = await ownPatch(pipeline, request.params.id)
        if (isAuthor(name, patch.author.agent)) throw new SelfApprovalError(name, patch.patchId)
        return toPatchDetail(await pipeline.approvals.approve(patch.patchId, answerOf(name, request.body)))
      },
    )

    app.post(
      '/patches/:id/reject',
      {
        onRequest: requireRole('approver'),
        schema: {
          tags: ['approvals'],
          summary: 'Refuse a patch',
          params: idParams,
          body: z.strictObject({ note }),
          response: { 200: patchDetailSchema, ...problemResponses },
        },
      },
      async (request) => {
        const { name } = identityOf(request)
        const { patch } = await ownPatch(pipeline, request.params.id)
        return toPatchDetail(await pipeline.approvals.reject(patch.patchId, answerOf(name, request.body)))
      },
    )
  }
}

function answerOf(by: string, body: { note?: string | undefined; contentHash?: string | undefined }) {
  return {
    by,
    ...(body.note === undefined ? {} : { note: body.note }),
    ...(body.contentHash === undefined ? {} : { contentHash: body.contentHash }),
  }
}
