import { alignTokens, tokenize } from './align.ts'
import type { Order } from './choice.ts'
import { editsBetween, weave } from './diff3.ts'
import type { Hunk, Proposal, Rule } from './hunk.ts'
import { settleTokens } from './settle-tokens.ts'

/** Above this many tokens a conflict is too large for a comparison word by word. */
const MAX_TOKENS = 6_000

/**
 * Merges a conflict word by word. `lines` pairs lines first and compares words inside the pairs; `flow` compares words alone,
 * which finds its way through lines that were broken anew.
 */
export function mergeTokens(hunk: Hunk, by: 'lines' | 'flow', order: Order): Proposal | undefined {
  const [base, ours, theirs] = [tokenize(hunk.base), tokenize(hunk.ours), tokenize(hunk.theirs)]
  if (Math.max(base.tokens.length, ours.tokens.length, theirs.tokens.length) > MAX_TOKENS) return undefined
  const compare = by === 'lines' ? alignTokens : (a: typeof base, b: typeof base) => editsBetween(a.tokens, b.tokens)
  const [left, right] = [compare(base, ours), compare(base, theirs)]
  if (left === undefined || right === undefined) return undefined
  const rules = new Set<Rule>([by === 'lines' ? 'words' : 'flow'])
  let text = ''
  for (const chunk of weave({ base: base.tokens, ours: ours.tokens, theirs: theirs.tokens }, left, right)) {
    if (chunk.kind !== 'conflict') {
      text += chunk[chunk.kind === 'theirs' ? 'theirs' : 'ours'].join('')
      continue
    }
    const settled = settleTokens(chunk, order)
    if (settled === undefined) return undefined
    rules.add(settled.rule)
    text += settled.text
  }
  return { text, rules }
}
