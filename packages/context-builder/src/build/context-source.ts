import type { CodeView } from '../code-view.ts'
import type { CodeGraph } from '../graph/code-graph.ts'
import type { History } from '../history/history.ts'
import type { Ranking } from '../rank/context-ranker.ts'

/** How much of a file is shown, most first. */
export const levels = ['full', 'symbols', 'signatures', 'path'] as const
export type ContextLevel = (typeof levels)[number]

export interface SourceRequest {
  readonly task: string
  readonly view: CodeView
  readonly ranking: Ranking
  readonly graph: CodeGraph
  readonly history: History
  /** Files to give at most; a hint. */
  readonly limit: number
  readonly signal?: AbortSignal | undefined
}

/** A file of the view that belongs into the context. */
export interface FileCandidate {
  readonly kind: 'file'
  readonly position: number
  /** One short phrase: `defines parseUrl`, `test of src/url.ts`. */
  readonly why: string
  /** Smaller goes first; among equals, by path. Ranked implementation files begin at 100. */
  readonly priority: number
  /** The most that is worth showing. */
  readonly most: ContextLevel
}

/** Text from elsewhere: a page, a note of an earlier session. */
export interface TextCandidate {
  readonly kind: 'text'
  readonly title: string
  readonly text: string
  readonly why: string
  readonly priority: number
}

export type ContextCandidate = FileCandidate | TextCandidate

/**
 * Something that knows what belongs into the context of a task.
 *
 * The same request has to give the same candidates: a context is the same bytes each time it is built. A source that fails is left
 * out, and named among the context's notes.
 */
export interface ContextSource {
  readonly name: string
  collect(request: SourceRequest): Promise<readonly ContextCandidate[]>
}
