import type { Choice } from './choice.ts'
import { type Chunk, diff3 } from './diff3.ts'
import type { Hunk, HunkContext, Proposal, Rule } from './hunk.ts'
import { mergeForm } from './merge-form.ts'
import { mergeTokens } from './merge-tokens.ts'
import { mergeUnion } from './merge-union.ts'
import { splitLines } from './text.ts'

/**
 * Merges a conflict line by line. Unlike git, which wants an unchanged line between two changes, it takes changes of neighbouring
 * lines; where both sides changed the same lines it looks at their words, where both added lines at one place at the lists they make.
 */
export function lineMerger(hunk: Hunk, context: HunkContext): ((choice: Choice) => Proposal | undefined) | undefined {
  const chunks = diff3(hunk.base, hunk.ours, hunk.theirs)
  return chunks && ((choice) => mergeChunks(chunks, context, choice))
}

function mergeChunks(chunks: readonly Chunk<string>[], context: HunkContext, choice: Choice): Proposal | undefined {
  const rules = new Set<Rule>(['lines'])
  let text = ''
  for (const [index, chunk] of chunks.entries()) {
    if (chunk.kind !== 'conflict') {
      text += chunk[chunk.kind === 'theirs' ? 'theirs' : 'ours'].join('')
      continue
    }
    const around = {
      ...context,
      before: [...context.before, ...splitLines(text)],
      after: [...chunks.slice(index + 1).flatMap((next) => next.ours), ...context.after],
    }
    const settled =
      chunk.base.length === 0 ? mergeUnion(chunk.ours, chunk.theirs, around, choice) : mergeSame(chunk, choice)
    if (settled === undefined) return undefined
    text += settled.text
    for (const rule of settled.rules) rules.add(rule)
  }
  return { text, rules }
}

/** Lines that both sides changed. */
function mergeSame(hunk: Hunk, { order }: Choice): Proposal | undefined {
  const reformed = mergeForm(hunk.ours, hunk.base, hunk.theirs)
  if (reformed !== undefined) return { text: reformed.join(''), rules: new Set<Rule>(['form']) }
  return mergeTokens(hunk, 'lines', order) ?? mergeTokens(hunk, 'flow', order)
}
