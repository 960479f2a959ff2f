import type { Versions } from '../structured/hunk.ts'
import { Counts, tokensOf } from '../structured/text.ts'

/** Anything but white space and what only separates: commas and semicolons come and go with their neighbours. */
function marksOf(text: string): string[] {
  return tokensOf(text).filter((token) => token.trim() !== '' && token !== ',' && token !== ';')
}

const WORD = /^[\p{L}\p{N}_$]/u

const VERSION = /^\d+(?:\.\d+)+/

/**
 * Nothing that a side added is lost, and no word is there that no side had. Counted by word and mark over the whole file: each
 * must be there at least as often as the side that added it wants, less what the other side took out, and at most as often as both
 * additions together explain. Where version numbers were decided (`version`), the lower of two raised ones may go.
 */
export function tokensKept(versions: Versions, merged: string, rules: readonly string[]): string | undefined {
  const [old, mine, yours, now] = [versions.base, versions.ours, versions.theirs, merged].map(
    (text) => new Counts(marksOf(text)),
  )
  if (old === undefined || mine === undefined || yours === undefined || now === undefined) return undefined
  for (const word of new Set([...mine.keys(), ...yours.keys(), ...now.keys()])) {
    if (rules.includes('version') && VERSION.test(word)) continue
    const [left, right] = [mine.of(word) - old.of(word), yours.of(word) - old.of(word)]
    const least = Math.max(left, 0) > 0 && Math.max(right, 0) > 0 ? Math.max(left, right) : left + right
    if ((left > 0 || right > 0) && now.of(word) < old.of(word) + least)
      return `the merge would lose ${JSON.stringify(word)}`
    const most = old.of(word) + Math.max(left, 0) + Math.max(right, 0)
    if (WORD.test(word) && now.of(word) > most)
      return `the merge would bring ${JSON.stringify(word)}, which no side added`
  }
  return undefined
}
