import type { Hunk, Proposal, Rule } from './hunk.ts'
import { Counts, wordsOf } from './text.ts'

/**
 * One side's version as it is, where that brings back no word that the other side took out. Whether it also holds all that the
 * other added, as every proposal must, is for the caller to see.
 */
export function sidesOf(hunk: Hunk): Proposal[] {
  const [ours, theirs] = [hunk.ours.join(''), hunk.theirs.join('')]
  const found: Proposal[] = []
  const propose = (text: string, other: string) => {
    if (!revives(hunk.base.join(''), text, other)) found.push({ text, rules: new Set<Rule>(['side']) })
  }
  propose(ours, theirs)
  propose(theirs, ours)
  return found
}

function revives(base: string, text: string, other: string): boolean {
  const [old, now, rest] = [base, text, other].map((version) => new Counts(wordsOf(version)))
  if (old === undefined || now === undefined || rest === undefined) return false
  return [...old.keys()].some((word) => Math.min(old.of(word), now.of(word)) > rest.of(word))
}
