import { z } from 'zod'
import type { RateResource } from './quota.ts'
import type { ProviderSignal } from './quota-store.ts'

/** `Headers` of fetch, or a plain record. */
export type HeadersLike = { get(name: string): string | null } | Readonly<Record<string, string | undefined>>

const families: readonly { resource: RateResource; limit: string; remaining: string }[] = [
  ...(
    [
      ['requests', 'requests'],
      ['tokens', 'tokens'],
      ['inputTokens', 'input-tokens'],
      ['outputTokens', 'output-tokens'],
    ] as const
  ).map(([resource, name]) => ({
    resource,
    limit: `anthropic-ratelimit-${name}-limit`,
    remaining: `anthropic-ratelimit-${name}-remaining`,
  })),
  ...(['requests', 'tokens'] as const).map((resource) => ({
    resource,
    limit: `x-ratelimit-limit-${resource}`,
    remaining: `x-ratelimit-remaining-${resource}`,
  })),
]

/** When a 429 names no time. */
const DEFAULT_FREEZE_MS = 5_000
const MAX_FREEZE_MS = 3_600_000

/**
 * Reads the rate-limit headers of Anthropic (`anthropic-ratelimit-*`) and OpenAI (`x-ratelimit-*`). On 429 and 529 the signal
 * freezes the quota: for `retry-after-ms` or `retry-after` (seconds or date), else until the latest reset of a bucket that is used up, else 5 s.
 */
export function readProviderSignal(headers: HeadersLike, status: number, now: number): ProviderSignal {
  const get = reader(headers)
  const resources: NonNullable<ProviderSignal['resources']> = {}
  for (const { resource, limit, remaining } of families) {
    const entry = { ...number('limit', get(limit)), ...number('remaining', get(remaining)) }
    if (Object.keys(entry).length > 0) resources[resource] = entry
  }
  const signal: ProviderSignal = Object.keys(resources).length > 0 ? { resources } : {}
  if (status !== 429 && status !== 529) return signal
  const freezeMs = retryAfter(get, now) ?? latestReset(get, now) ?? DEFAULT_FREEZE_MS
  return { ...signal, freezeMs: Math.min(MAX_FREEZE_MS, Math.max(0, freezeMs)) }
}

/** The signal in an error of a provider's client: they carry `status` and `headers`. Undefined when it has no HTTP status. */
export function signalOfError(error: unknown, now: number): { status: number; signal: ProviderSignal } | undefined {
  const parsed = httpErrorSchema.safeParse(error)
  if (!parsed.success) return undefined
  const { status, headers } = parsed.data
  return { status, signal: readProviderSignal(headers ?? {}, status, now) }
}

const httpErrorSchema = z.object({
  status: z.number().int(),
  headers: z
    .custom<HeadersLike>((value) => typeof value === 'object' && value !== null)
    .nullish()
    .catch(undefined),
})

function reader(headers: HeadersLike): (name: string) => string | undefined {
  if (isHeaders(headers)) return (name) => headers.get(name) ?? undefined
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return (name) => lower.get(name)
}

function isHeaders(headers: HeadersLike): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function'
}

function number<K extends string>(key: K, text: string | undefined): Partial<Record<K, number>> {
  const value = Number(text)
  if (text === undefined || text.trim() === '' || !Number.isFinite(value) || value < 0) return {}
  const entry: Partial<Record<K, number>> = {}
  entry[key] = value
  return entry
}

function retryAfter(get: (name: string) => string | undefined, now: number): number | undefined {
  const milliseconds = number('value', get('retry-after-ms')).value
  if (milliseconds !== undefined) return milliseconds
  const text = get('retry-after')
  const seconds = number('value', text).value
  if (seconds !== undefined) return seconds * 1000
  return text === undefined ? undefined : until(text, now)
}

function latestReset(get: (name: string) => string | undefined, now: number): number | undefined {
  const waits: number[] = []
  for (const { remaining } of families) {
    if (number('value', get(remaining)).value !== 0) continue
    const text = get(remaining.replace('remaining', 'reset'))
    const wait = text === undefined ? undefined : (duration(text) ?? until(text, now))
    if (wait !== undefined) waits.push(wait)
  }
  return waits.length === 0 ? undefined : Math.max(...waits)
}

function until(date: string, now: number): number | undefined {
  const time = Date.parse(date)
  return Number.isNaN(time) ? undefined : Math.max(0, time - now)
}

/** Go's form, as OpenAI sends it: `6m0s`, `1.5s`, `20ms`. */
function duration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|h|m|s))+$/.test(text)) return undefined
  const unit: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
  let total = 0
  for (const [, value, name = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g))
    total += Number(value) * (unit[name] ?? 0)
  return total
}
