import { fileModeSchema, objectIdSchema, repoPathSchema } from '@patchlane/kernel'
import { z } from 'zod'
import { SessionInvalidError } from '../errors.ts'

const at = z.number().nonnegative().describe('Milliseconds since the attempt began')

/** One change of a recorded agent. `replace` fits any state of the file that has the text once; the others fit what they were recorded on. */
export const sessionEditSchema = z.discriminatedUnion('edit', [
  z.strictObject({
    type: z.literal('edit'),
    at,
    edit: z.literal('replace'),
    path: repoPathSchema,
    find: z.string().min(1),
    replace: z.string(),
  }),
  z.strictObject({
    type: z.literal('edit'),
    at,
    edit: z.literal('write'),
    path: repoPathSchema,
    content: z.string(),
    encoding: z.enum(['utf8', 'base64']).default('utf8'),
    mode: fileModeSchema.default('100644'),
    before: objectIdSchema.nullable().optional().describe('The blob it replaces; null for a new file; without it, any'),
  }),
  z.strictObject({ type: z.literal('edit'), at, edit: z.literal('delete'), path: repoPathSchema }),
  z.strictObject({
    type: z.literal('edit'),
    at,
    edit: z.literal('rename'),
    path: repoPathSchema,
    from: repoPathSchema,
  }),
])
export type SessionEdit = z.infer<typeof sessionEditSchema>

export const sessionEventSchema = z.discriminatedUnion('type', [
  sessionEditSchema,
  z.strictObject({ type: z.literal('message'), at, text: z.string() }),
  z.strictObject({ type: z.literal('output'), at, stream: z.enum(['stdout', 'stderr']), text: z.string() }),
  z.strictObject({ type: z.literal('mode'), at, mode: z.string() }),
  z.strictObject({
    type: z.literal('usage'),
    at,
    inputTokens: z.number().nonnegative(),
    outputTokens: z.number().nonnegative(),
    usd: z.number().nonnegative(),
  }),
])
export type SessionEvent = z.infer<typeof sessionEventSchema>

/** What an agent said and changed, attempt by attempt; the last attempt is replayed for all that come after it. */
export const sessionSchema = z.strictObject({
  format: z.literal('patchlane-session'),
  version: z.literal(1),
  agent: z.string().min(1).max(200),
  attempts: z
    .array(z.strictObject({ events: z.array(sessionEventSchema), description: z.string().default('') }))
    .min(1),
})
export type Session = z.infer<typeof sessionSchema>

/** @throws {SessionInvalidError} */
export function parseSession(text: string): Session {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new SessionInvalidError('The session is not JSON.', { cause })
  }
  const parsed = sessionSchema.safeParse(value)
  if (!parsed.success) {
    throw new SessionInvalidError(`The session is not well formed: ${z.prettifyError(parsed.error)}`, {
      cause: parsed.error,
    })
  }
  return parsed.data
}
