import type { CodeView } from '../../code-view.ts'
import { SCORE_UNIT } from '../score.ts'

/** Leading files whose company counts, each by how likely it is the one that is meant. */
export const LEADERS = 8

/** How likely each of some files is meant, by their scores, if one of them is. */
export function likelihoods(scores: readonly number[]): number[] {
  const odds = scores.map((score) => Math.exp((score - (scores[0] ?? 0)) * SCORE_UNIT))
  const all = odds.reduce((sum, odd) => sum + odd, 0)
  return odds.map((odd) => odd / all)
}

/** What the imports of a file end in: where they lead need not be found out for that. */
export function importedNames(view: CodeView, position: number): ReadonlySet<string> {
  const imported = new Set<string>()
  for (const { specifier, names } of view.details(position).imports) {
    const [last] = specifier
      .replace(/\.[cm]?[jt]sx?$/, '')
      .split(/[/.:\\]+/)
      .slice(-1)
    if (last !== undefined) imported.add(last)
    for (const name of names) imported.add(name)
  }
  return imported
}
