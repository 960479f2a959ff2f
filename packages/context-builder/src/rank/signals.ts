import type { CodeView } from '../code-view.ts'
import type { History } from '../history/history.ts'
import { changeFrequency, similarChanges } from './history-signals.ts'
import { type LexicalSignals, lexicalSignals } from './lexical.ts'
import { mentionedPaths, namedPlaces } from './mentions.ts'
import type { TaskQuery } from './task-query.ts'
import type { RankWeights } from './weights.ts'

/** What is known of each file with regard to one task. The lists are parallel to the view's files. */
export interface Signals extends LexicalSignals {
  mention: Float64Array
  history: Float64Array
  frequency: Float64Array
  scope: Float64Array
  package: Float64Array
}

export interface SignalSources {
  view: CodeView
  query: TaskQuery
  /** Without it, the past says nothing. */
  history?: History | undefined
}

export function signalsOf({ view, query, history }: SignalSources, weights: RankWeights): Signals {
  const none = new Float64Array(view.files.length)
  return {
    ...lexicalSignals(view, query, weights),
    ...namedPlaces(view, query),
    mention: mentionedPaths(view, query),
    history: history === undefined ? none : similarChanges(view, history, query),
    frequency: history === undefined ? none : changeFrequency(view, history),
  }
}
