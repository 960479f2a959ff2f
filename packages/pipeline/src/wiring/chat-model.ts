import { join } from 'node:path'
import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { cachingFetch, PromptCache, PromptHasher } from '@patchlane/prompt-cache'
import { FileCacheStore } from '@patchlane/prompt-cache/files'
import type { ModelConfig } from '../config-schema.ts'
import { ConfigError } from '../errors.ts'
import type { RepositoryContext } from './repository-context.ts'

/** An answer is kept for so long that a question of today is not asked anew when a person looks at its merge next week. */
const KEPT_MS = 30 * 86_400_000

/** The variable that holds the key, where the configuration names none. */
const usualKey = { anthropic: 'ANTHROPIC_API_KEY', openai: 'OPENAI_API_KEY' } as const

/**
 * The chat model that a configuration names. The same question has the same answer for a month, in this process and in others of this repository: what was
 * approved stays what lands, and a context stays the same bytes.
 *
 * @throws {ConfigError} when the provider wants a key and there is none.
 */
export async function openChatModel(
  config: ModelConfig,
  { repoId, stateDirectory }: Pick<RepositoryContext, 'repoId' | 'stateDirectory'>,
): Promise<BaseChatModel> {
  const { provider, model, baseUrl, maxOutputTokens: maxTokens, retries: maxRetries } = config
  const apiKey = keyOf(config)
  const cache = new PromptCache<unknown>({
    store: new FileCacheStore({ directory: join(stateDirectory, 'model-answers') }),
    hasher: new PromptHasher({ tenant: repoId, secret: repoId }),
    parse: (json) => json,
    ttlMs: KEPT_MS,
  })
  const fetch = cachingFetch({ cache, provider })
  // Loaded only where a model is configured: either takes half a second.
  if (provider === 'anthropic') {
    const { ChatAnthropic } = await import('@langchain/anthropic')
    const url = baseUrl === undefined ? {} : { anthropicApiUrl: baseUrl }
    return new ChatAnthropic({ model, maxTokens, maxRetries, apiKey, ...url, clientOptions: { fetch } })
  }
  const { ChatOpenAI } = await import('@langchain/openai')
  const url = baseUrl === undefined ? {} : { baseURL: baseUrl }
  return new ChatOpenAI({ model, maxTokens, maxRetries, apiKey, configuration: { ...url, fetch } })
}

/**
 * Servers of one's own mostly want no key; the clients want something in its place.
 *
 * @throws {ConfigError} when the provider wants a key and there is none.
 */
export function keyOf({ provider, baseUrl, apiKeyEnv }: ModelConfig): string {
  const name = apiKeyEnv ?? usualKey[provider]
  const key = process.env[name]
  if (key !== undefined && key !== '') return key
  if (baseUrl !== undefined && apiKeyEnv === undefined) return 'none'
  throw new ConfigError(`The model of ${provider} needs a key, and the variable ${name} holds none.`, {
    remedy: `Set ${name}, or name another variable in "apiKeyEnv".`,
  })
}
