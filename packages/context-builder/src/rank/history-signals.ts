import type { CodeView } from '../code-view.ts'
import type { History } from '../history/history.ts'
import { PastChanges } from './past-changes.ts'
import type { SimilarCommit } from './similar-commits.ts'
import type { TaskWords } from './task-words.ts'

export interface HistorySignals {
  /** Changed by commits whose messages resemble the task. */
  similar: Float64Array
  /** What was said of the file, over all its commits, is in the words of the task's first line. */
  told: Float64Array
  /** The same, of what was said lately: what a file is about shifts. */
  toldLately: Float64Array
  /** Changed in the last few commits: work goes on where it went on. */
  lately: Float64Array
}

/** Half-lives, in commits. How often a file changed over hundreds of commits adds nothing to these. */
const VOTE_HALF_LIFE = 600
const TOLD_LATELY = 300
const LATELY = 4
/** What an old vote still counts. */
const OLD_VOTE = 0.3

export function historySignals(
  view: CodeView,
  history: History | undefined,
  words: TaskWords,
  voters: readonly SimilarCommit[],
): HistorySignals {
  const none = () => new Float64Array(view.files.length)
  if (history === undefined) return { similar: none(), told: none(), toldLately: none(), lately: none() }
  const changes = PastChanges.of(view, history)
  return {
    similar: similarChanges(view, changes, voters),
    ...toldOf(view, history, changes, words),
    lately: changes.mass(LATELY).map((value) => Math.log1p(value)),
  }
}

/** Files that past commits changed whose messages resemble the task: the nearer the message and the fewer the files, the more. */
function similarChanges(view: CodeView, changes: PastChanges, voters: readonly SimilarCommit[]): Float64Array {
  const files = new Float64Array(view.files.length)
  for (const { at, likeness } of voters) {
    const fresh = OLD_VOTE + (1 - OLD_VOTE) * 2 ** (-at / VOTE_HALF_LIFE)
    const vote = likeness ** 2 * fresh * (changes.share[at] ?? 0)
    for (const position of changes.files[at] ?? []) files[position] = (files[position] ?? 0) + vote
  }
  return files
}

/** BM25 over a field that the index of the code does not have: all messages of the commits that changed a file. */
function toldOf(
  view: CodeView,
  history: History,
  changes: PastChanges,
  words: TaskWords,
): Pick<HistorySignals, 'told' | 'toldLately'> {
  const mentions = [...words.title].map(([term, weight]): Mentioned => {
    const commits: number[] = []
    history.eachMention(term, (at) => commits.push(at))
    // The order of the index's files must not show in the last bit of a sum.
    return { weight, commits: commits.sort((a, b) => a - b) }
  })
  return { told: toldWithin(view, changes, mentions), toldLately: toldWithin(view, changes, mentions, TOLD_LATELY) }
}

/** A term's weight, and the commits that have it in their messages. */
interface Mentioned {
  weight: number
  commits: readonly number[]
}

/** With a half-life, what was said so many commits ago counts half as much. */
function toldWithin(
  view: CodeView,
  changes: PastChanges,
  mentions: readonly Mentioned[],
  halfLife = Number.POSITIVE_INFINITY,
): Float64Array {
  const told = new Float64Array(view.files.length)
  const frequency = new Float64Array(view.files.length)
  const masses = changes.mass(halfLife)
  let files = 0
  let mass = 0
  const counts = (position: number) => view.files[position]?.role === 'implementation'
  for (const [position, value] of masses.entries()) {
    if (value === 0 || !counts(position)) continue
    files++
    mass += value
  }
  const average = files === 0 ? 1 : mass / files
  for (const { weight, commits } of mentions) {
    const touched: number[] = []
    for (const at of commits) {
      const share = (changes.share[at] ?? 0) * 2 ** (-at / halfLife)
      for (const position of changes.files[at] ?? []) {
        if (frequency[position] === 0) touched.push(position)
        frequency[position] = (frequency[position] ?? 0) + share
      }
    }
    let having = 0
    for (const position of touched) if (counts(position)) having++
    const rarity = Math.max(0, Math.log(1 + (files - having + 0.5) / (having + 0.5)))
    for (const position of touched) {
      const tf = (frequency[position] ?? 0) / (0.5 + 0.5 * ((masses[position] ?? 0) / average))
      told[position] = (told[position] ?? 0) + (rarity * weight * tf) / (tf + 0.6)
      frequency[position] = 0
    }
  }
  return told
}

/** Files that changed in the same commits as the given ones: their share of those commits. */
export function changedTogether(view: CodeView, history: History, positions: readonly number[]): Map<number, number> {
  const changes = PastChanges.of(view, history)
  const seeds = new Set(positions)
  const together = new Map<number, number>()
  let commits = 0
  for (const [at, files] of changes.files.entries()) {
    if (history.paths(at).length > 15 || !files.some((position) => seeds.has(position))) continue
    commits++
    for (const position of files) if (!seeds.has(position)) together.set(position, (together.get(position) ?? 0) + 1)
  }
  return new Map(
    [...together].filter(([, times]) => times > 1).map(([at, times]) => [at, times / Math.max(4, commits)]),
  )
}
