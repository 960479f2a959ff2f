import type { ConflictResolver, ResolverAnswer, ResolverRequest } from '@patchlane/merge'
import type { ModelConfig } from '../config-schema.ts'
import { openChatModel } from './chat-model.ts'
import type { RepositoryContext } from './repository-context.ts'

/** The model that settles conflicts, where one is configured. Opened with the first conflict that comes to it. */
export class ConfiguredResolver implements ConflictResolver {
  readonly name: string
  readonly #config: ModelConfig
  readonly #context: Pick<RepositoryContext, 'repoId' | 'stateDirectory'>
  #opened: Promise<ConflictResolver> | undefined

  constructor(config: ModelConfig, context: Pick<RepositoryContext, 'repoId' | 'stateDirectory'>) {
    this.name = config.model
    this.#config = config
    this.#context = context
  }

  async resolve(request: ResolverRequest, signal?: AbortSignal): Promise<ResolverAnswer> {
    this.#opened ??= this.#open()
    const resolver = await this.#opened
    return resolver.resolve(request, signal)
  }

  async #open(): Promise<ConflictResolver> {
    const model = await openChatModel(this.#config, this.#context)
    const { ModelResolver } = await import('@patchlane/merge/langchain')
    return new ModelResolver({ model, name: this.name, timeoutMs: this.#config.timeoutSeconds * 1000 })
  }
}
