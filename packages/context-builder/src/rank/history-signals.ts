import type { CodeView } from '../code-view.ts'
import type { History } from '../history/history.ts'
import type { TaskQuery } from './task-query.ts'

/** Similar commits that vote; beyond these the likeness is chance. */
const VOTERS = 60
/** Commits after which a change counts half as much. */
const HALF_LIFE = 400

/** Files that past commits changed whose messages resemble the task: the nearer the message and the fewer the files, the more. */
export function similarChanges(view: CodeView, history: History, query: TaskQuery): Float64Array {
  const count = history.commits.length
  const scores = new Float64Array(count)
  for (const [term, weight] of query.terms) {
    const hits: [number, number][] = []
    history.eachMention(term, (at, times, length) => hits.push([at, times / (times + 0.6 + 0.6 * (length / 20))]))
    if (hits.length === 0 || hits.length > count / 3) continue
    const rarity = Math.log(1 + (count - hits.length + 0.5) / (hits.length + 0.5))
    for (const [at, tf] of hits) scores[at] = (scores[at] ?? 0) + rarity * (1 + Math.log(weight)) * tf
  }
  const voters = [...scores.keys()]
    .filter((at) => (scores[at] ?? 0) > 0)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
    .slice(0, VOTERS)
  const files = new Float64Array(view.files.length)
  for (const at of voters) {
    const paths = history.paths(at)
    const share = (scores[at] ?? 0) ** 2 / Math.sqrt(Math.max(1, paths.length))
    for (const path of paths) {
      const position = view.position(path)
      if (position !== undefined) files[position] = (files[position] ?? 0) + share
    }
  }
  return files
}

const frequencyCache = new WeakMap<History, WeakMap<CodeView, Float64Array>>()

/** How often each file was changed, lately counting more. */
export function changeFrequency(view: CodeView, history: History): Float64Array {
  const byView = frequencyCache.get(history) ?? new WeakMap<CodeView, Float64Array>()
  frequencyCache.set(history, byView)
  const known = byView.get(view)
  if (known !== undefined) return known
  const files = new Float64Array(view.files.length)
  for (const at of history.commits.keys()) {
    const share = 2 ** (-at / HALF_LIFE)
    for (const path of history.paths(at)) {
      const position = view.position(path)
      if (position !== undefined) files[position] = (files[position] ?? 0) + share
    }
  }
  const logged = files.map((value) => Math.log1p(value))
  byView.set(view, logged)
  return logged
}

/** Files that changed in the same commits as the given ones: their share of those commits. */
export function changedTogether(view: CodeView, history: History, positions: readonly number[]): Map<number, number> {
  const seeds = new Set(positions.map((position) => view.file(position).path))
  const together = new Map<number, number>()
  let commits = 0
  for (const at of history.commits.keys()) {
    const paths = history.paths(at)
    if (paths.length > 15 || !paths.some((path) => seeds.has(path))) continue
    commits++
    for (const path of paths) {
      const position = view.position(path)
      if (position !== undefined && !seeds.has(path)) together.set(position, (together.get(position) ?? 0) + 1)
    }
  }
  return new Map(
    [...together].filter(([, times]) => times > 1).map(([at, times]) => [at, times / Math.max(4, commits)]),
  )
}
