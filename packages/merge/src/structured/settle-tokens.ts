import type { Order } from './choice.ts'
import type { Chunk } from './diff3.ts'
import type { Rule } from './hunk.ts'
import { higherVersion } from './merge-version.ts'
import { withoutSpace } from './text.ts'

/** Tokens that both sides changed: the text they can agree on and the rule behind it, or `undefined`. */
export function settleTokens(chunk: Chunk<string>, order: Order): { text: string; rule: Rule } | undefined {
  const [ours, base, theirs] = [chunk.ours.join(''), chunk.base.join(''), chunk.theirs.join('')]
  const [mine, old, yours] = [ours, base, theirs].map(withoutSpace)
  if (mine === old && yours !== old) return { text: theirs, rule: 'form' }
  if (yours === old && mine !== old) return { text: ours, rule: 'form' }
  if (mine === yours) return undefined
  const version = higherVersion(ours, base, theirs)
  if (version !== undefined) return { text: version, rule: 'version' }
  const larger = theLarger(chunk)
  if (larger !== undefined) return { text: larger, rule: 'contained' }
  if (base !== '') return undefined
  return { text: order === 'ours-first' ? ours + theirs : theirs + ours, rule: 'word-union' }
}

/** The side that has all of the other's tokens in their order, where that other one took nothing out. */
function theLarger({ ours, base, theirs }: Chunk<string>): string | undefined {
  const [mine, old, yours] = [ours, base, theirs].map((tokens) => tokens.filter((token) => token.trim() !== ''))
  if (mine === undefined || old === undefined || yours === undefined) return undefined
  const holds = (larger: readonly string[], smaller: readonly string[]) =>
    smaller.length > 0 && isWithin(smaller, larger) && isWithin(old, smaller)
  if (holds(mine, yours)) return ours.join('')
  return holds(yours, mine) ? theirs.join('') : undefined
}

function isWithin(smaller: readonly string[], larger: readonly string[]): boolean {
  let at = 0
  for (const token of larger) if (smaller[at] === token) at++
  return at >= smaller.length
}
