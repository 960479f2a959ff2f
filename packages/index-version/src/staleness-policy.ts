import { z } from 'zod'

/**
 * When a stamp counts as stale.
 *
 * - `readSet`: something that the request was made from has changed since.
 * - `bounded`: the head is more than so many commits, or seconds, ahead.
 * - `strict`: the head's tree is another one.
 */
export const stalenessPolicySchema = z.discriminatedUnion('policy', [
  z.strictObject({ policy: z.literal('readSet') }),
  z.strictObject({
    policy: z.literal('bounded'),
    maxCommits: z.number().int().nonnegative().default(50),
    maxSeconds: z.number().positive().default(86_400),
  }),
  z.strictObject({ policy: z.literal('strict') }),
])
export type StalenessPolicy = z.infer<typeof stalenessPolicySchema>

/** What is done with a stale request: `accept` records it, `refuse` answers with an error, `auto_reindex` goes on with a fresh stamp. */
export const staleActionSchema = z.enum(['accept', 'refuse', 'auto_reindex'])
export type StaleAction = z.infer<typeof staleActionSchema>
