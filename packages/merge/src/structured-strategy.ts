import type { ConflictedMerge, MergeStrategy, StrategyAnswer } from './merge-strategy.ts'
import type { Unions } from './structured/hunk.ts'
import { StructuredClient } from './structured-client.ts'

export interface StructuredStrategyOptions {
  /** Longest time for one file, in milliseconds. @default 5_000 */
  deadlineMs?: number
  /** Longest file, in UTF-16 code units of each version. @default 2_000_000 */
  maxLength?: number
  /** @default 'any' */
  unions?: Unions
}

/**
 * Settles what git's line merge cannot by looking closer: changes of neighbouring lines, of different words of a line, additions
 * to sorted lists, version numbers that both sides raised, entries whose order is free. Runs in a thread with a deadline.
 */
export class StructuredStrategy implements MergeStrategy {
  readonly name = 'structured'
  readonly #client: StructuredClient
  readonly #maxLength: number
  readonly #unions: Unions

  constructor(options: StructuredStrategyOptions = {}) {
    this.#client = new StructuredClient(options.deadlineMs ?? 5_000)
    this.#maxLength = options.maxLength ?? 2_000_000
    this.#unions = options.unions ?? 'any'
  }

  async merge(conflict: ConflictedMerge, signal?: AbortSignal): Promise<StrategyAnswer> {
    const { path, base, ours, theirs, segments } = conflict
    if (Math.max(base.length, ours.length, theirs.length) > this.#maxLength) {
      return { kind: 'passed', reason: `the file is longer than ${this.#maxLength} characters` }
    }
    return this.#client.run(
      { kind: 'merge', versions: { path, base, ours, theirs }, segments, unions: this.#unions },
      signal,
    )
  }

  /** Ends the thread. */
  close(): Promise<void> {
    return this.#client.close()
  }
}
