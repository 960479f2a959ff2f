import { digestJson, type Json, sha256 } from '@patchlane/kernel'

/** Requests per minute that the provider keeps on one machine for one prefix and key, before it spills over to a cold one. */
const REQUESTS_PER_KEY = 15

export interface OpenAiCacheKeyOptions {
  /** What the requests share: tools, instructions, repository map. */
  prefix: Json
  /** Of all callers with this prefix together. */
  requestsPerMinute: number
  /** Who asks; the same caller stays in the same bucket. */
  caller: string
}

/** A `prompt_cache_key` for OpenAI: one for each prefix, split into as many buckets as the traffic needs. */
export function openAiCacheKey({ prefix, requestsPerMinute, caller }: OpenAiCacheKeyOptions): string {
  const buckets = Math.max(1, Math.ceil(requestsPerMinute / REQUESTS_PER_KEY))
  const bucket = Number.parseInt(sha256(caller).slice(0, 12), 16) % buckets
  return `${digestJson(prefix).slice(0, 32)}-${bucket}`
}
