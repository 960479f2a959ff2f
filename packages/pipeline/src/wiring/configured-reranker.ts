import type { RerankCandidate, Reranker } from '@patchlane/context-builder'
import type { ModelConfig } from '../config-schema.ts'
import { openChatModel } from './chat-model.ts'
import type { RepositoryContext } from './repository-context.ts'

/** The model that orders the first files of a ranking, where one is configured. Opened with the first task. */
export class ConfiguredReranker implements Reranker {
  readonly #config: ModelConfig
  readonly #context: Pick<RepositoryContext, 'repoId' | 'stateDirectory'>
  #opened: Promise<Reranker> | undefined

  constructor(config: ModelConfig, context: Pick<RepositoryContext, 'repoId' | 'stateDirectory'>) {
    this.#config = config
    this.#context = context
  }

  async rerank(task: string, candidates: readonly RerankCandidate[], signal?: AbortSignal): Promise<readonly string[]> {
    this.#opened ??= this.#open()
    const reranker = await this.#opened
    return reranker.rerank(task, candidates, signal)
  }

  async #open(): Promise<Reranker> {
    const model = await openChatModel(this.#config, this.#context)
    const { ModelReranker } = await import('@patchlane/context-builder/langchain')
    return new ModelReranker({ model, timeoutMs: this.#config.timeoutSeconds * 1000 })
  }
}
