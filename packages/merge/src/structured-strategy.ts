import type { ConflictedMerge, MergeStrategy, StrategyAnswer } from './merge-strategy.ts'
import { StructuredClient } from './structured-client.ts'

export interface StructuredStrategyOptions {
  /** Longest time for one file, in milliseconds. @default 10_000 */
  deadlineMs?: number
  /** Longest file, in UTF-16 code units of each version. @default 2_000_000 */
  maxLength?: number
  /** An answer at least this sure, from 0 to 1, stands as it is. @default {@link SURE} */
  confidence?: number
  /**
   * An answer at least this sure, but not sure enough to stand, is given and marked for review; one below it is not given. Above
   * `confidence` it means the same as `confidence`: none is marked. @default {@link WORTH_PROPOSING}
   */
  proposeFrom?: number
}

/** Of held-out answers this sure, about nine in ten are what people committed: `docs/figures/merge.md`. */
export const SURE = 0.8
/** Of held-out answers this sure, seven in ten are what people committed; those are a quarter of all conflicts. */
export const WORTH_PROPOSING = 0.5

/**
 * Settles what git's line merge cannot by looking closer, by several rules, each of which makes proposals; a model of what people
 * did in like conflicts chooses among them and says how sure it is. Runs in a thread with a deadline.
 */
export class StructuredStrategy implements MergeStrategy {
  readonly name = 'structured'
  readonly #client: StructuredClient
  readonly #maxLength: number
  readonly #confidence: number
  readonly #proposeFrom: number

  constructor(options: StructuredStrategyOptions = {}) {
    this.#client = new StructuredClient(options.deadlineMs ?? 10_000)
    this.#maxLength = options.maxLength ?? 2_000_000
    this.#confidence = options.confidence ?? SURE
    this.#proposeFrom = Math.min(options.proposeFrom ?? WORTH_PROPOSING, this.#confidence)
  }

  async merge(conflict: ConflictedMerge, signal?: AbortSignal): Promise<StrategyAnswer> {
    const { path, base, ours, theirs, segments } = conflict
    if (Math.max(base.length, ours.length, theirs.length) > this.#maxLength) {
      return { kind: 'passed', reason: `the file is longer than ${this.#maxLength} characters` }
    }
    const versions = { path, base, ours, theirs }
    const reply = await this.#client.run(
      { kind: 'merge', versions, segments, minConfidence: this.#proposeFrom },
      signal,
    )
    if (reply.kind === 'passed') return reply
    const { text, notes, confidence = 0 } = reply
    return { kind: 'merged', text, notes, confidence, needsReview: confidence < this.#confidence }
  }

  /** Ends the thread. */
  close(): Promise<void> {
    return this.#client.close()
  }
}
