import type { Hunk, Proposal, Rule } from './hunk.ts'
import { Counts, wordsOf } from './text.ts'

/**
 * One side's version as it is, where that brings back no word that the other side took out and has each word that the other
 * added as often. Whether it also has the other's marks and numbers, as every proposal must, is for the caller to see.
 */
export function sidesOf(hunk: Hunk): Proposal[] {
  const [ours, theirs] = [hunk.ours.join(''), hunk.theirs.join('')]
  const found: Proposal[] = []
  const propose = (text: string, other: string) => {
    if (!undoes(hunk.base.join(''), text, other)) found.push({ text, rules: new Set<Rule>(['side']) })
  }
  propose(ours, theirs)
  propose(theirs, ours)
  return found
}

/** `text` has a word that `other` took out, or lacks one that it added. */
function undoes(base: string, text: string, other: string): boolean {
  const [old, now, rest] = [base, text, other].map((version) => new Counts(wordsOf(version)))
  if (old === undefined || now === undefined || rest === undefined) return false
  const revived = [...old.keys()].some((word) => Math.min(old.of(word), now.of(word)) > rest.of(word))
  const added = (of: Counts, word: string) => Math.max(0, of.of(word) - old.of(word))
  return revived || [...rest.keys()].some((word) => added(rest, word) > added(now, word))
}
