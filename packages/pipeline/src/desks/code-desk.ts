import type { GitRepository } from '@patchlane/git'
import type { FileChange, ObjectId, Stamp } from '@patchlane/kernel'
import type { PatchlaneConfig } from '../config-schema.ts'
import type { ContextBundle, ContextRequest, IndexProgress, IndexSummary, SymbolHit } from '../pipeline.ts'
import type { CodeIntelligence } from '../wiring/code-intelligence.ts'
import { commitsInUse } from '../wiring/commits-in-use.ts'
import type { RepositoryContext } from '../wiring/repository-context.ts'
import { uncommittedChanges } from '../wiring/uncommitted-changes.ts'

/** Whoever shows fewer can say of how many. */
const EVERY_HIT = { limit: Number.POSITIVE_INFINITY }

/** Questions about the code of the target, answered from exactly the state that the answer's stamp names. */
export class CodeDesk {
  readonly #context: RepositoryContext
  readonly #config: PatchlaneConfig
  readonly #code: CodeIntelligence
  readonly #trouble: readonly string[]

  /** @param trouble why nothing can be kept, where that is so: it goes with each context. */
  constructor(context: RepositoryContext, config: PatchlaneConfig, code: CodeIntelligence, trouble?: string) {
    this.#trouble = trouble === undefined ? [] : [trouble]
    this.#context = context
    this.#config = config
    this.#code = code
  }

  async stamp(): Promise<Stamp> {
    return this.#code.stamp(await this.#git.resolve(this.#context.ref))
  }

  async index(
    options: {
      commit?: string
      prune?: boolean
      signal?: AbortSignal
      onProgress?: (progress: IndexProgress) => void
    } = {},
  ): Promise<IndexSummary> {
    const { commit: revision, prune = false, ...rest } = options
    const { repoId, ref } = this.#context
    const commit = await this.#git.resolve(revision ?? ref)
    const { versions, index } = await this.#code.open()
    const started = Date.now()
    const version = await versions.ensure({ repoId, commit, ...rest })
    const fresh = (version.indexedAt ?? 0) >= started
    return {
      stamp: { repoId, commit, indexVersion: version.digest },
      versionId: version.versionId,
      indexer: version.indexer,
      fileCount: version.fileCount,
      durationMs: fresh ? version.durationMs : 0,
      fresh,
      ...(prune ? { pruned: await index.prune(await commitsInUse(this.#git, commit)) } : {}),
    }
  }

  async context(request: ContextRequest): Promise<ContextBundle> {
    const { repoId } = this.#context
    const { task, signal } = request
    const commit = await this.#git.resolve(request.commit ?? this.#context.ref)
    const { builder, versions } = await this.#code.open()
    const abortable = signal === undefined ? {} : { signal }
    const stamp = await versions.stamp({ repoId, commit, ...abortable })
    const bundle = await builder.build({
      task,
      commit,
      budgetTokens: request.budgetTokens ?? this.#config.context.budgetTokens,
      limit: request.limit ?? this.#config.context.limit,
      ...(request.includeWip ? { overlay: await this.#uncommitted(commit) } : {}),
      ...abortable,
    })
    const { overlay, files, text, tokens, readSet, notes } = bundle
    return { stamp, overlay, files, text, tokens, readSet, notes: [...this.#trouble, ...notes] }
  }

  async symbols(name: string): Promise<SymbolHit[]> {
    const { findSymbolsInSource } = await import('@patchlane/context-builder')
    const { index } = await this.#code.open()
    return findSymbolsInSource(await this.#view(), index.reader, name, EVERY_HIT)
  }

  async references(name: string): Promise<SymbolHit[]> {
    const { findSymbolReferences } = await import('@patchlane/context-builder')
    const { index } = await this.#code.open()
    return findSymbolReferences(await this.#view(), index.reader, name, EVERY_HIT)
  }

  async map(budgetTokens: number): Promise<string> {
    const { GraphBuilder, repositoryMap } = await import('@patchlane/context-builder')
    const { index } = await this.#code.open()
    const view = await this.#view()
    const graph = await new GraphBuilder(index.reader).of(view)
    return repositoryMap({ view, graph, budgetTokens })
  }

  get #git(): GitRepository {
    return this.#context.git
  }

  async #view() {
    const { index } = await this.#code.open()
    return index.view({ commit: await this.#git.resolve(this.#context.ref) })
  }

  #uncommitted(commit: ObjectId): Promise<FileChange[]> {
    return uncommittedChanges(this.#git, commit)
  }
}
