import { wordSequence } from '../../words.ts'

const known = new Map<string, readonly string[]>()
/** Names are the same in one state after another; so many are remembered. */
const REMEMBERED = 100_000

/** The terms of a name one after another; remembered, since definitions are looked at for each task. */
export function termsOfName(name: string): readonly string[] {
  const before = known.get(name)
  if (before !== undefined) return before
  const terms = wordSequence(name)
  if (known.size >= REMEMBERED) known.clear()
  known.set(name, terms)
  return terms
}
