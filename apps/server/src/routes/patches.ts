import type { QueuedPatch } from '@patchlane/kernel'
import { patchStatuses, readSetSchema } from '@patchlane/kernel'
import type { Pipeline, Proposal } from '@patchlane/pipeline'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { identityOf, requireRole } from '../authentication.ts'
import { ForbiddenError } from '../errors.ts'
import { ownPatch } from '../own-patch.ts'
import { type Identity, isAuthor, reaches } from '../token-book.ts'
import { patchDetailSchema, patchViewSchema, toPatchDetail, toPatchView } from '../wire/index.ts'
import { idParams, problemResponses } from './shared.ts'

const statusList = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(patchStatuses)))

export const submissionSchema = z
  .strictObject({
    text: z.string().min(1).optional().describe('The patch, in any format Patchlane reads'),
    edits: z.array(z.json()).min(1).optional().describe('Edits as JSON, instead of text'),
    format: z.string().optional().describe('The format of the text; without it, it is recognised'),
    path: z.string().optional().describe('With the format "whole": the file that the text is the content of'),
    base: z.string().optional().describe("The revision it was made against; the default is the target's head"),
    title: z.string().min(1).max(500).optional(),
    description: z.string().max(100_000).optional(),
    agent: z.string().min(1).max(100).optional().describe("Added to the token's name: name/agent"),
    priority: z.number().int().min(-1000).max(1000).optional(),
    dependsOn: z.array(z.string()).optional(),
    supersedes: z.string().optional(),
    readSet: readSetSchema.optional(),
    key: z.string().min(1).max(200).optional().describe('Submitting twice with one key is submitting once'),
  })
  .refine((body) => (body.text === undefined) !== (body.edits === undefined), {
    message: 'exactly one of "text" and "edits" is wanted',
  })
export type Submission = z.infer<typeof submissionSchema>

/** Submit, list, show, diff and withdraw patches. */
export function patchRoutes(options: { pipeline: Pipeline; patchBodyLimit: number }): FastifyPluginAsyncZod {
  const { pipeline } = options
  return async (app) => {
    app.addContentTypeParser(
      ['text/plain', 'text/x-diff', 'text/x-patch'],
      { parseAs: 'string' },
      async (_request: unknown, body: string) => ({ text: body }),
    )

    app.post(
      '/patches',
      {
        bodyLimit: options.patchBodyLimit,
        onRequest: requireRole('agent'),
        schema: {
          tags: ['patches'],
          summary: 'Submit a patch',
          headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
          body: submissionSchema,
          response: { 201: patchDetailSchema, ...problemResponses },
        },
      },
      async (request, reply) => {
        const key = request.body.key ?? request.headers['idempotency-key']
        const queued = await pipeline.propose(proposalOf(request.body, identityOf(request), key))
        return reply.code(201).header('location', `/v1/patches/${queued.patch.patchId}`).send(toPatchDetail(queued))
      },
    )

    app.get(
      '/patches',
      {
        schema: {
          tags: ['patches'],
          summary: 'List patches in the order of the queue',
          querystring: z.object({
            status: statusList.optional().describe('Statuses, separated by commas'),
            run: z.string().optional(),
            after: z.coerce.number().int().nonnegative().optional().describe('Only patches with a higher seq'),
            limit: z.coerce.number().int().min(1).max(1000).default(100),
          }),
          response: { 200: z.object({ patches: z.array(patchViewSchema) }), ...problemResponses },
        },
      },
      async ({ query }) => {
        const patches = await pipeline.patches.list({
          limit: query.limit,
          ...(query.status === undefined ? {} : { status: query.status }),
          ...(query.run === undefined ? {} : { runId: query.run }),
          ...(query.after === undefined ? {} : { afterSeq: query.after }),
        })
        return { patches: patches.map(toPatchView) }
      },
    )

    app.get(
      '/patches/:id',
      {
        schema: {
          tags: ['patches'],
          summary: 'Show a patch with its verdict',
          params: idParams,
          response: { 200: patchDetailSchema, ...problemResponses },
        },
      },
      async (request) => toPatchDetail(await ownPatch(pipeline, request.params.id)),
    )

    app.get(
      '/patches/:id/diff',
      {
        schema: {
          tags: ['patches'],
          summary: 'The patch against its base, as a git diff',
          produces: ['text/x-diff'],
          params: idParams,
          response: { 200: z.string(), ...problemResponses },
        },
      },
      async (request, reply) => {
        const { patch } = await ownPatch(pipeline, request.params.id)
        const diff = await pipeline.patches.diff(patch.patchId)
        return reply.header('x-content-type-options', 'nosniff').type('text/x-diff; charset=utf-8').send(diff)
      },
    )

    app.post(
      '/patches/:id/withdraw',
      {
        onRequest: requireRole('agent'),
        schema: {
          tags: ['patches'],
          summary: 'Take a patch back that has not landed',
          params: idParams,
          body: z.strictObject({ reason: z.string().min(1).max(1000).default('Withdrawn over HTTP.') }).default({
            reason: 'Withdrawn over HTTP.',
          }),
          response: { 200: patchDetailSchema, ...problemResponses },
        },
      },
      async (request) => {
        const identity = identityOf(request)
        const queued = await ownPatch(pipeline, request.params.id)
        assertMayWithdraw(identity, queued)
        return toPatchDetail(await pipeline.patches.withdraw(queued.patch.patchId, request.body.reason))
      },
    )
  }
}

function assertMayWithdraw(identity: Identity, queued: QueuedPatch): void {
  if (reaches(identity.role, 'approver') || isAuthor(identity.name, queued.patch.author.agent)) return
  throw new ForbiddenError(
    `Patch ${queued.patch.patchId} was not submitted by ${identity.name}.`,
    'Withdraw your own patches only, or use a token with the role approver.',
  )
}

/** The author is the token's name, and keys live in a name space of their own, so that no client can speak for another. */
function proposalOf(body: Submission, identity: Identity, key: string | undefined): Proposal {
  const { text, edits, agent, key: _key, ...rest } = body
  const proposal: Proposal = {
    ...definedOnly(rest),
    agent: agent === undefined ? identity.name : `${identity.name}/${agent}`,
  }
  if (text !== undefined) proposal.text = text
  if (edits !== undefined) {
    proposal.text = JSON.stringify(edits)
    proposal.format ??= 'json'
  }
  if (key !== undefined) proposal.key = `${identity.name}:${key}`
  return proposal
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** The same object without members that are undefined. */
function definedOnly<T extends object>(value: T): Partial<Defined<T>> {
  const result: Partial<Defined<T>> = {}
  for (const key in value) {
    const member = value[key]
    if (isDefined(member)) result[key] = member
  }
  return result
}

function isDefined<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined
}
