import { errorMessage } from '@patchlane/kernel'
import { joinSegments } from './conflict-hunks.ts'
import { markConflict } from './mark-conflict.ts'
import type {
  ConflictedMerge,
  ConflictResolver,
  MergeStrategy,
  ResolverAnswer,
  ResolverRequest,
  StrategyAnswer,
} from './merge-strategy.ts'
import { StructuredClient } from './structured-client.ts'

/** An answer that a guard did not let through. */
interface Refused {
  readonly kind: 'refused'
  readonly text: string
  readonly reason: string
}

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
    const request: ResolverRequest = {
      path,
      base,
      ours,
      theirs,
      segments,
      marked: joinSegments(segments, (segment) => markConflict(segment, labels)),
      intents: { ours: input.intents?.ours ?? null, theirs: input.intents?.theirs ?? null },
    }
    const first = await this.#ask(request, signal)
    if (first.kind !== 'refused') return first
    const second = await this.#ask({ ...request, refused: first }, signal)
    return second.kind === 'refused' ? { kind: 'passed', reason: second.reason } : second
  }

  async #ask(request: ResolverRequest, signal: AbortSignal | undefined): Promise<StrategyAnswer | Refused> {
    let answer: ResolverAnswer
    try {
      answer = await this.#resolver.resolve(request, signal)
    } catch (thrown) {
      return { kind: 'passed', reason: `the resolver failed: ${errorMessage(thrown)}` }
    }
    if ('left' in answer) return { kind: 'passed', reason: `the resolver left the conflict: ${answer.left}` }
    const { path, base, ours, theirs } = request
    const { text, note } = answer
    const judged = await this.#judge.run({ kind: 'judge', versions: { path, base, ours, theirs }, text }, signal)
    if (judged.kind === 'passed') return { kind: 'refused', text, reason: judged.reason }
    return { kind: 'merged', text, notes: note === undefined ? [] : [note], needsReview: true }
  }

  /** Ends the thread of the guards. */
  close(): Promise<void> {
    return this.#judge.close()
  }
}
