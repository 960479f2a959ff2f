import { z } from 'zod'

/** What providers count per minute. `tokens` is input and output together. */
export const rateResources = ['requests', 'inputTokens', 'outputTokens', 'tokens'] as const
export type RateResource = (typeof rateResources)[number]

const rateLimitSchema = z.strictObject({
  /** How much is let through per `perMs`. */
  amount: z.number().positive(),
  /** @default 60_000 */
  perMs: z.number().positive().default(60_000),
  /** How much may go at once after a pause. @default amount, as the large providers' own buckets do */
  burst: z.number().positive().optional(),
})

export const quotaSchema = z.strictObject({
  /** Callers with one key share one quota, across processes where the store does. */
  key: z.string().min(1).max(300),
  rates: z.partialRecord(z.enum(rateResources), rateLimitSchema).default({}),
  /** Calls under way at once. */
  concurrency: z.number().int().positive().optional(),
  /** A hard ceiling on money, in millionths of the currency, per window; windows begin at multiples of `perMs` (UTC). */
  budget: z
    .strictObject({ amount: z.number().positive(), perMs: z.number().positive().default(86_400_000) })
    .optional(),
})
/** The limits that one group of calls shares. */
export type Quota = z.infer<typeof quotaSchema>
export type QuotaInput = z.input<typeof quotaSchema>
export type RateLimit = z.infer<typeof rateLimitSchema>

/** What one call takes from a quota. `money` is in millionths of the currency. */
export type Amounts = Record<RateResource | 'money', number>

const count = z.number().nonnegative().default(0)
export const usageSchema = z.strictObject({
  inputTokens: count,
  outputTokens: count,
  /** The part of `inputTokens` that the provider read from its cache; it does not count against input limits. */
  cachedInputTokens: count,
  /** In millionths of the currency. */
  money: count,
})
/** What a call is expected to use, or has used. */
export type Usage = z.input<typeof usageSchema>

/** The amounts to take from a quota for one request with this usage. */
export function amountsOf(usage: Usage): Amounts {
  const { inputTokens, outputTokens, cachedInputTokens, money } = usageSchema.parse(usage)
  const uncached = Math.max(0, inputTokens - cachedInputTokens)
  return { requests: 1, inputTokens: uncached, outputTokens, tokens: uncached + outputTokens, money }
}
