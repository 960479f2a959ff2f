import { type ErrorKind, PatchlaneError } from '@patchlane/kernel'

/** The store behind a cache failed. {@link PromptCache} goes on without it and tells `onStoreError`. */
export class CacheStoreError extends PatchlaneError {
  readonly code = 'PROMPT_CACHE_STORE_UNAVAILABLE'
  override readonly kind: ErrorKind = 'environment'
  override readonly retryable = true
}
