import { errorMessage } from '@patchlane/kernel'
import { joinSegments } from './conflict-hunks.ts'
import { markConflict } from './mark-conflict.ts'
import type { ConflictedMerge, ConflictResolver, MergeStrategy, StrategyAnswer } from './merge-strategy.ts'
import { StructuredClient } from './structured-client.ts'

/** Asks a resolver, and takes its answer only behind the guards; what it settles is marked for review. */
export class ResolverStrategy implements MergeStrategy {
  readonly name: string
  readonly #resolver: ConflictResolver
  readonly #judge: StructuredClient

  constructor(resolver: ConflictResolver, deadlineMs = 10_000) {
    this.name = `resolver:${resolver.name}`
    this.#resolver = resolver
    this.#judge = new StructuredClient(deadlineMs)
  }

  async merge(conflict: ConflictedMerge, signal?: AbortSignal): Promise<StrategyAnswer> {
    const { path, base, ours, theirs, segments, input } = conflict
    const labels = input.labels ?? { ours: 'ours', base: 'base', theirs: 'theirs' }
    const request = {
      path,
      base,
      ours,
      theirs,
      marked: joinSegments(segments, (segment) => markConflict(segment, labels)),
      intents: { ours: input.intents?.ours ?? null, theirs: input.intents?.theirs ?? null },
    }
    let answer: Awaited<ReturnType<ConflictResolver['resolve']>>
    try {
      answer = await this.#resolver.resolve(request, signal)
    } catch (thrown) {
      return { kind: 'passed', reason: `the resolver failed: ${errorMessage(thrown)}` }
    }
    if (answer === undefined) return { kind: 'passed', reason: 'the resolver left the conflict' }
    const judged = await this.#judge.run(
      { kind: 'judge', versions: { path, base, ours, theirs }, text: answer.text },
      signal,
    )
    if (judged.kind === 'passed') return judged
    const notes = answer.note === undefined ? [] : [answer.note]
    return { kind: 'merged', text: answer.text, notes, needsReview: true }
  }

  /** Ends the thread of the guards. */
  close(): Promise<void> {
    return this.#judge.close()
  }
}
