export type { CacheStore } from './cache-store.ts'
export { type CachingFetchOptions, cachingFetch } from './caching-fetch.ts'
export { isCompleteAnswer } from './complete-answer.ts'
export { CacheStoreError } from './errors.ts'
export { MemoryCacheStore, type MemoryCacheStoreOptions } from './memory/memory-cache-store.ts'
export {
  type AnthropicPlan,
  type AnthropicPlanOptions,
  anthropicMinimumTokens,
  type Breakpoint,
  type CacheTtl,
  planAnthropicCache,
} from './planning/anthropic-plan.ts'
export { type CacheBreak, findCacheBreak } from './planning/cache-break.ts'
export { type OpenAiCacheKeyOptions, openAiCacheKey } from './planning/openai-cache-key.ts'
export {
  type CachedAnswer,
  PromptCache,
  type PromptCacheCallOptions,
  type PromptCacheOptions,
} from './prompt-cache.ts'
export { PromptHasher, type PromptHasherOptions, type PromptRequest, transportFields } from './prompt-hasher.ts'
