import { MergeChain } from './merge-chain.ts'
import type { MergeInput, MergeResult } from './merge-input.ts'
import type { ConflictResolver, MergeStrategy } from './merge-strategy.ts'
import { ResolverStrategy } from './resolver-strategy.ts'
import { StructuredStrategy, type StructuredStrategyOptions } from './structured-strategy.ts'

export interface FileMergerOptions extends StructuredStrategyOptions {
  /** Asked last, where everything else left a conflict. */
  resolver?: ConflictResolver
}

/** The default chain, with the threads it needs: for many merges. Close it when done. */
export class FileMerger {
  readonly #chain: MergeChain
  readonly #strategies: readonly (MergeStrategy & { close(): Promise<void> })[]

  constructor(options: FileMergerOptions = {}) {
    const structured = new StructuredStrategy(options)
    this.#strategies =
      options.resolver === undefined ? [structured] : [structured, new ResolverStrategy(options.resolver)]
    this.#chain = new MergeChain({ strategies: this.#strategies })
  }

  /** @throws {LineMergeError} when git cannot be run. */
  merge(input: MergeInput, signal?: AbortSignal): Promise<MergeResult> {
    return this.#chain.merge(input, signal)
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#strategies.map((strategy) => strategy.close()))
  }
}

let shared: FileMerger | undefined

/**
 * Merges one file by the default chain: a side that did not change, git's line merge, the structured merge. The thread it needs
 * is started once for the process and does not keep it alive.
 *
 * @throws {LineMergeError} when git cannot be run.
 */
export function mergeFile(input: MergeInput, signal?: AbortSignal): Promise<MergeResult> {
  shared ??= new FileMerger()
  return shared.merge(input, signal)
}
