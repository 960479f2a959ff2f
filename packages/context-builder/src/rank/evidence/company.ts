import type { CodeView } from '../../code-view.ts'
import { nameOf } from '../path-words.ts'
import { SCORE_UNIT } from '../score.ts'

/** How likely each of some files is meant, by their scores, if one of them is. */
export function likelihoods(scores: readonly number[]): number[] {
  const odds = scores.map((score) => Math.exp((score - (scores[0] ?? 0)) * SCORE_UNIT))
  const all = odds.reduce((sum, odd) => sum + odd, 0)
  return odds.map((odd) => odd / all)
}

/** The name of a file up to its first dot. */
export function stemOf(path: string): string {
  return path.replace(/^.*\//, '').replace(/\..*$/, '')
}

/** A file that stands for its folder. */
export const ENTRY_STEM = /^(?:index|__init__|mod|lib|main)$/

/** What others import a file by. */
export function importNameOf(path: string): string {
  const stem = stemOf(path)
  return ENTRY_STEM.test(stem) ? nameOf(path) : stem
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
