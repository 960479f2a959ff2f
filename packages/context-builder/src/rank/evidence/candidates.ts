import type { CodeView } from '../../code-view.ts'
import type { History } from '../../history/history.ts'
import type { RankedFile } from '../ranked-file.ts'
import type { Signals } from '../signals.ts'
import type { TaskQuery } from '../task-query.ts'
import type { TextSource } from '../text-source.ts'

/** The files that lead by their scores, and all that is known about them. */
export interface Candidates {
  view: CodeView
  query: TaskQuery
  signals: Signals
  history: History | undefined
  /** By their scores, best first. */
  positions: readonly number[]
  /** The scores, without what a path in the task is worth; parallel to the positions. */
  scores: readonly number[]
  /** All files that were scored. */
  measure: readonly number[]
  /** The tests that are ranked, best first. */
  tests: readonly RankedFile[]
  /** Without it, the texts say nothing. */
  texts: TextSource | undefined
}
