import type { CodeView } from '../code-view.ts'
import type { History } from '../history/history.ts'
import { type HistorySignals, historySignals } from './history-signals.ts'
import { type LexicalSignals, lexicalSignals } from './lexical.ts'
import { type Mentions, mentionedFiles } from './mentions.ts'
import { namedPlaces, type Places } from './places.ts'
import { type SimilarCommit, similarCommits } from './similar-commits.ts'
import type { TaskQuery } from './task-query.ts'
import { type TaskWords, taskWords } from './task-words.ts'

/** What is known of each file with regard to one task. The lists are parallel to the view's files. */
export interface Signals extends LexicalSignals, HistorySignals, Mentions, Places {
  /** How much the task says, from 0 to 1. */
  saying: number
  /** What each word of the task counts. */
  words: TaskWords
  /** Past commits that resemble the task. */
  voters: readonly SimilarCommit[]
}

export interface SignalSources {
  view: CodeView
  query: TaskQuery
  /** Without it, the past says nothing. */
  history?: History | undefined
}

export function signalsOf({ view, query, history }: SignalSources): Signals {
  const words = taskWords(query, history)
  const voters = history === undefined ? [] : similarCommits(history, words)
  return {
    saying: sayingOf(query),
    words,
    voters,
    ...lexicalSignals(view, query, words),
    ...mentionedFiles(view, query),
    ...namedPlaces(view, query),
    ...historySignals(view, history, words, voters),
  }
}

/** Words from which on a task says all that a task can. */
const MANY_WORDS = 120

function sayingOf({ words }: TaskQuery): number {
  return Math.min(1, Math.log1p(words) / Math.log1p(MANY_WORDS))
}
