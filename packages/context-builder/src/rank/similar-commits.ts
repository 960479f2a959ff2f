import type { History } from '../history/history.ts'
import type { TaskWords } from './task-words.ts'

/** A past commit whose message resembles the task. */
export interface SimilarCommit {
  /** Its place in the history; 0 is the newest. */
  at: number
  /** The rarer and the more of the task's words it has, the more. */
  likeness: number
}

/** Commits that vote; beyond these the likeness is chance. */
const VOTERS = 60

/** The past commits most like the task, the most alike first. */
export function similarCommits(history: History, words: TaskWords): SimilarCommit[] {
  const count = history.commits.length
  const scores = new Float64Array(count)
  for (const [term, weight] of words.all) {
    const hits: [number, number][] = []
    history.eachMention(term, (at, times, length) => hits.push([at, times / (times + 0.6 + 0.6 * (length / 20))]))
    if (hits.length === 0 || hits.length > count / 3) continue
    const rarity = Math.log(1 + (count - hits.length + 0.5) / (hits.length + 0.5))
    for (const [at, tf] of hits) scores[at] = (scores[at] ?? 0) + rarity * weight * tf
  }
  return [...scores.keys()]
    .filter((at) => (scores[at] ?? 0) > 0)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
    .slice(0, VOTERS)
    .map((at) => ({ at, likeness: scores[at] ?? 0 }))
}
