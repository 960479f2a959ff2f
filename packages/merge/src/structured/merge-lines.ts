import { diff3 } from './diff3.ts'
import type { Hunk, HunkContext, Proposal, Rule } from './hunk.ts'
import { mergeForm } from './merge-form.ts'
import { mergeTokens } from './merge-tokens.ts'
import { mergeUnion } from './merge-union.ts'
import type { Order } from './settle-tokens.ts'

/**
 * Merges a conflict line by line. Unlike git, which wants an unchanged line between two changes, it takes changes of neighbouring
 * lines; where both sides changed the same lines it looks at their words, where both added lines at one place at the lists they make.
 */
export function mergeLines(hunk: Hunk, context: HunkContext, order: Order): Proposal | undefined {
  const chunks = diff3(hunk.base, hunk.ours, hunk.theirs)
  if (chunks === undefined) return undefined
  const rules = new Set<Rule>(['lines'])
  let text = ''
  for (const [index, chunk] of chunks.entries()) {
    if (chunk.kind !== 'conflict') {
      text += chunk[chunk.kind === 'theirs' ? 'theirs' : 'ours'].join('')
      continue
    }
    const around = {
      ...context,
      before: [...context.before, ...linesOf(text)],
      after: [...chunks.slice(index + 1).flatMap((next) => next.ours), ...context.after],
    }
    const settled =
      chunk.base.length === 0 ? mergeUnion(chunk.ours, chunk.theirs, around, order) : mergeSame(chunk, order)
    if (settled === undefined) return undefined
    text += settled.text
    for (const rule of settled.rules) rules.add(rule)
  }
  return { text, rules }
}

/** Lines that both sides changed. */
function mergeSame(hunk: Hunk, order: Order): Proposal | undefined {
  const reformed = mergeForm(hunk.ours, hunk.base, hunk.theirs)
  if (reformed !== undefined) return { text: reformed.join(''), rules: new Set<Rule>(['form']) }
  return mergeTokens(hunk, 'lines', order) ?? mergeTokens(hunk, 'flow', order)
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/)
}
