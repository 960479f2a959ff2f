import { InvalidInputError } from '@patchlane/kernel'
import { z } from 'zod'
import { type Quota, quotaSchema, type Usage, usageSchema } from './quota.ts'

const price = z.number().nonnegative()

const modelLimitsSchema = z.strictObject({
  requestsPerMinute: z.number().positive().optional(),
  inputTokensPerMinute: z.number().positive().optional(),
  outputTokensPerMinute: z.number().positive().optional(),
  /** Input and output together, where the provider counts so. */
  tokensPerMinute: z.number().positive().optional(),
  concurrency: z.number().int().positive().optional(),
  /** Money per day, in units of the currency: a hard ceiling. Needs `price`. */
  budgetPerDay: z.number().positive().optional(),
  /** Per million tokens, in units of the currency. `cachedInput` @default input */
  price: z.strictObject({ input: price, output: price, cachedInput: price.optional() }).optional(),
})
export type ModelLimits = z.input<typeof modelLimitsSchema>

const providerLimitsSchema = z.strictObject({
  provider: z.string().min(1).max(100),
  /** Separates accounts or organisations with limits of their own. @default 'default' */
  account: z.string().min(1).max(100).default('default'),
  /** By the model's name, or by a prefix of it followed by `*`; the longest match counts. */
  models: z.record(z.string().min(1).max(100), modelLimitsSchema),
})
export type ProviderLimits = z.input<typeof providerLimitsSchema>

/** The limits that an account with a provider declares, and what its models cost. */
export class ProviderQuota {
  readonly #limits: z.infer<typeof providerLimitsSchema>

  constructor(limits: ProviderLimits) {
    this.#limits = providerLimitsSchema.parse(limits)
    for (const [model, { budgetPerDay, price }] of Object.entries(this.#limits.models))
      if (budgetPerDay !== undefined && price === undefined)
        throw new InvalidInputError(`Model ${model} has a budget but no price.`, { remedy: 'Declare its price.' })
  }

  /** The quota for a model. Models that match one entry share it. */
  forModel(model: string): Quota {
    const [entry, limits] = this.#entry(model)
    const { requestsPerMinute, inputTokensPerMinute, outputTokensPerMinute, tokensPerMinute } = limits
    return quotaSchema.parse({
      key: [this.#limits.provider, this.#limits.account, entry].map(encodeURIComponent).join(':'),
      rates: {
        ...(requestsPerMinute === undefined ? {} : { requests: { amount: requestsPerMinute } }),
        ...(inputTokensPerMinute === undefined ? {} : { inputTokens: { amount: inputTokensPerMinute } }),
        ...(outputTokensPerMinute === undefined ? {} : { outputTokens: { amount: outputTokensPerMinute } }),
        ...(tokensPerMinute === undefined ? {} : { tokens: { amount: tokensPerMinute } }),
      },
      ...(limits.concurrency === undefined ? {} : { concurrency: limits.concurrency }),
      ...(limits.budgetPerDay === undefined ? {} : { budget: { amount: limits.budgetPerDay * 1_000_000 } }),
    })
  }

  /** The usage with its price filled in, in millionths of the currency. For a reservation under a budget, give the largest output allowed. */
  priced(model: string, usage: Usage): Usage {
    const [, { price }] = this.#entry(model)
    if (price === undefined) return usage
    const { inputTokens, outputTokens, cachedInputTokens } = usageSchema.parse(usage)
    const uncached = Math.max(0, inputTokens - cachedInputTokens)
    const money =
      uncached * price.input + outputTokens * price.output + cachedInputTokens * (price.cachedInput ?? price.input)
    return { ...usage, money }
  }

  #entry(model: string): [string, z.infer<typeof modelLimitsSchema>] {
    const matches = Object.entries(this.#limits.models)
      .filter(([name]) => name === model || (name.endsWith('*') && model.startsWith(name.slice(0, -1))))
      .sort(([a], [b]) => Number(b === model) - Number(a === model) || b.length - a.length)
    const [match] = matches
    if (match !== undefined) return match
    throw new InvalidInputError(`No limits are declared for model ${model} of ${this.#limits.provider}.`, {
      remedy: `Declare them under the model's name, or under "*" for all others.`,
    })
  }
}
