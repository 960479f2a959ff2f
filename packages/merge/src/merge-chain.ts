import { joinSegments, readSegments, safeMarkerSize } from './conflict-hunks.ts'
import { lineMerge } from './line-merge.ts'
import { markConflict } from './mark-conflict.ts'
import type { MergeInput, MergeResult } from './merge-input.ts'
import type { ConflictedMerge, MergeStrategy } from './merge-strategy.ts'
import { hasMarkers, sameBytes, textOf } from './text-content.ts'

export interface MergeChainOptions {
  /** Tried in order where git's line merge conflicts. The chain does not close them. */
  strategies: readonly MergeStrategy[]
  /** Longest time for git's line merge of one file, in milliseconds. @default 20_000 */
  timeoutMs?: number
}

const DEFAULT_LABELS = { ours: 'ours', base: 'base', theirs: 'theirs' }

/**
 * Merges one file: a side that did not change, then git's line merge, and only where that conflicts the strategies, in order.
 * What none settles comes back with conflict markers (zdiff3 style).
 *
 * Guarantees: a result of git's that is clean is never changed; `merge(base, x, base)` is x; binary content is never merged,
 * only taken whole.
 */
export class MergeChain {
  readonly #strategies: readonly MergeStrategy[]
  readonly #timeoutMs: number

  constructor(options: MergeChainOptions) {
    this.#strategies = options.strategies
    this.#timeoutMs = options.timeoutMs ?? 20_000
  }

  /** @throws {LineMergeError} when git cannot be run. */
  async merge(input: MergeInput, signal?: AbortSignal): Promise<MergeResult> {
    const base = input.base ?? new Uint8Array()
    const { ours, theirs } = input
    const taken = (content: Uint8Array): MergeResult => ({ ...clean, content, strategy: 'unchanged' })
    if (sameBytes(ours, theirs) || (input.base !== null && sameBytes(theirs, base))) return taken(ours)
    if (input.base !== null && sameBytes(ours, base)) return taken(theirs)

    const texts = [textOf(base), textOf(ours), textOf(theirs)]
    const [baseText, oursText, theirsText] = texts
    if (baseText === undefined || oursText === undefined || theirsText === undefined)
      return this.#mergeBytes(input, base, signal)
    const markerSize = safeMarkerSize([baseText, oursText, theirsText])
    const request = {
      path: input.path,
      base,
      ours,
      theirs,
      labels: DEFAULT_LABELS,
      markerSize,
      timeoutMs: this.#timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    }
    // The verdict is that of git's default style: it looks closer than diff3, which now and then conflicts where the default does not.
    const verdict = await lineMerge({ ...request, style: 'merge' })
    if (verdict.kind === 'merged' && verdict.conflicts === 0) {
      return { ...clean, content: verdict.content, strategy: 'line-merge' }
    }
    const merged = verdict.kind === 'merged' ? await lineMerge({ ...request, style: 'diff3' }) : verdict
    if (merged.kind === 'binary') return left(ours, 'binary', ['git takes a version for binary'])
    if (merged.kind === 'too-slow') return left(ours, 'too-large', ['the line merge took too long'])

    const segments = readSegments(textOf(merged.content) ?? '', markerSize)
    const conflict: ConflictedMerge = {
      path: input.path,
      base: baseText,
      ours: oursText,
      theirs: theirsText,
      segments,
      input,
    }
    return this.#settle(conflict, signal)
  }

  /** Content that is not UTF-8 text: git may merge its lines as bytes, nothing looks closer. */
  async #mergeBytes(input: MergeInput, base: Uint8Array, signal: AbortSignal | undefined): Promise<MergeResult> {
    const { path, ours, theirs, labels = DEFAULT_LABELS } = input
    const binary = left(ours, 'binary', ['a version is binary; one of the sides has to be chosen'])
    if ([base, ours, theirs].some((content) => content.includes(0))) return binary
    const timeoutMs = this.#timeoutMs
    const merged = await lineMerge({
      path,
      base,
      ours,
      theirs,
      style: 'merge',
      labels,
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    })
    if (merged.kind === 'binary') return binary
    if (merged.kind === 'too-slow') return left(ours, 'too-large', ['the line merge took too long'])
    if (merged.conflicts === 0) return { ...clean, content: merged.content, strategy: 'line-merge' }
    const conflict = left(merged.content, 'content', ['a version is not UTF-8: only the line merge was tried'])
    return { ...conflict, conflicts: merged.conflicts }
  }

  async #settle(conflict: ConflictedMerge, signal: AbortSignal | undefined): Promise<MergeResult> {
    const notes: string[] = []
    const unfinished = [conflict.base, conflict.ours, conflict.theirs].some(hasMarkers)
    if (unfinished) notes.push('a version holds conflict markers already; finish that merge first')
    for (const strategy of unfinished ? [] : this.#strategies) {
      const answer = await strategy.merge(conflict, signal)
      if (answer.kind === 'merged') {
        const content = new TextEncoder().encode(answer.text)
        return {
          ...clean,
          content,
          strategy: strategy.name,
          notes: answer.notes,
          needsReview: answer.needsReview === true,
          ...(answer.confidence === undefined ? {} : { confidence: answer.confidence }),
        }
      }
      notes.push(`${strategy.name}: ${answer.reason}`)
    }
    const labels = conflict.input.labels ?? DEFAULT_LABELS
    const text = joinSegments(conflict.segments, (segment) => markConflict(segment, labels))
    const conflicts = conflict.segments.filter((segment) => segment.kind === 'conflict').length
    const kind = unfinished ? 'unmerged-input' : 'content'
    return { ...left(new TextEncoder().encode(text), kind, notes), conflicts }
  }
}

const clean = { clean: true, conflicts: 0, notes: [], needsReview: false } as const

function left(
  content: Uint8Array,
  conflictKind: NonNullable<MergeResult['conflictKind']>,
  notes: string[],
): MergeResult {
  return { clean: false, content, strategy: 'conflict', conflicts: 1, conflictKind, notes, needsReview: false }
}
