import type { CodeView } from '../code-view.ts'
import { type FileRole, isCode } from '../role.ts'
import type { RankedFile } from './ranked-file.ts'
import { SCORE_UNIT, scoresOf } from './score.ts'
import type { Signals } from './signals.ts'
import type { RankWeights } from './weights.ts'

/**
 * By how much more a program that is no implementation has to be spoken for to stand beside one that is: build scripts and settings, examples,
 * programs among documents. Chosen on 21 of the repositories of `fitted-weights.ts`: the
 * implementation files of their commits are found as well as without these, give or take 0.1 points of recall@5.
 */
const BEHIND: ReadonlyMap<FileRole, number> = new Map([
  ['config', 2.5],
  ['example', 3.5],
  ['doc', 3.5],
])

export interface CodeListOptions {
  view: CodeView
  signals: Signals
  weights: RankWeights
  /** The implementation files in their order. */
  implementation: readonly RankedFile[]
  /** All files by role. */
  positions: ReadonlyMap<FileRole, readonly number[]>
}

/**
 * All code of a repository but its tests in one order, for tasks that are about a build script, a setting or an example. The order of the implementation
 * files is as it was.
 */
export function codeList({ view, signals, weights, implementation, positions }: CodeListOptions): RankedFile[] {
  const measure = positions.get('implementation') ?? []
  const others = [...BEHIND].flatMap(([role, behind]) => {
    const code = (positions.get(role) ?? []).filter((position) => isCode(view.file(position).path))
    const scores = scoresOf(signals, code, weights, measure.length === 0 ? code : measure)
    return code.map((position, n): RankedFile => {
      return { position, path: view.file(position).path, role, score: (scores[n] ?? 0) - behind / SCORE_UNIT }
    })
  })
  return [...implementation, ...others.filter(({ score }) => score > 0)].sort(
    (a, b) => b.score - a.score || a.position - b.position,
  )
}
