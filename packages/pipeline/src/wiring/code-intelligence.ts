import type { AutoContextBuilder, CodeIndex, Reranker } from '@patchlane/context-builder'
import { type IndexMetrics, IndexVersions } from '@patchlane/index-version'
import type { ObjectId, Stamp } from '@patchlane/kernel'
import type { ModelConfig } from '../config-schema.ts'
import { ConfiguredReranker } from './configured-reranker.ts'
import { RefusedPatches } from './refused-patches.ts'
import type { RepositoryContext } from './repository-context.ts'
import type { Stores } from './stores.ts'

/** Index and context of a repository. Opened when first asked for: most commands need neither. */
export class CodeIntelligence {
  readonly #context: RepositoryContext
  readonly #stores: Stores
  readonly #metrics: IndexMetrics
  readonly #reranker: { reranker?: Reranker }
  #opened: Promise<{ index: CodeIndex; builder: AutoContextBuilder; versions: IndexVersions }> | undefined

  constructor(context: RepositoryContext, stores: Stores, metrics: IndexMetrics, model?: ModelConfig) {
    this.#context = context
    this.#reranker = model === undefined ? {} : { reranker: new ConfiguredReranker(model, context) }
    this.#stores = stores
    this.#metrics = metrics
  }

  open() {
    this.#opened ??= this.#open()
    return this.#opened
  }

  async stamp(commit: ObjectId, signal?: AbortSignal): Promise<Stamp> {
    const { versions } = await this.open()
    return versions.stamp({ repoId: this.#context.repoId, commit, ...(signal === undefined ? {} : { signal }) })
  }

  async #open() {
    const { AutoContextBuilder, CodeIndex, defaultSources, GitTreeReader, SessionMemorySource } = await import(
      '@patchlane/context-builder'
    )
    const { git, repoId } = this.#context
    const index = await CodeIndex.open({ reader: new GitTreeReader(git) })
    const versions = new IndexVersions({
      store: this.#stores.indexVersions,
      indexer: index,
      metrics: this.#metrics,
      events: { publish: (event) => this.#stores.publish(event) },
    })
    const memory = new RefusedPatches(this.#stores.queue, this.#context)
    const sources = [...defaultSources(), new SessionMemorySource({ memory })]
    return { index, versions, builder: new AutoContextBuilder({ index, repoId, sources, ...this.#reranker }) }
  }
}
