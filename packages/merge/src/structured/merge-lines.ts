import { type Choice, isPlain, type Order } from './choice.ts'
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
  if (chunks === undefined) return undefined
  const bothAdded = chunks.some((chunk) => chunk.kind === 'conflict' && chunk.base.length === 0)
  // Only the order bears on lines that both changed, and comparing their words takes time.
  const settled = new Map<string, Proposal | undefined>()
  const settle = (chunk: Chunk<string>, index: number, order: Order) => {
    const key = `${index} ${order}`
    if (!settled.has(key)) settled.set(key, mergeSame(chunk, order))
    return settled.get(key)
  }
  return (choice) => (bothAdded || isPlain(choice) ? mergeChunks(chunks, context, choice, settle) : undefined)
}

function mergeChunks(
  chunks: readonly Chunk<string>[],
  context: HunkContext,
  choice: Choice,
  settle: (chunk: Chunk<string>, index: number, order: Order) => Proposal | undefined,
): Proposal | undefined {
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
    const found =
      chunk.base.length === 0
        ? mergeUnion(chunk.ours, chunk.theirs, around, choice)
        : settle(chunk, index, choice.order)
    if (found === undefined) return undefined
    text += found.text
    for (const rule of found.rules) rules.add(rule)
  }
  return { text, rules }
}

/** Lines that both sides changed. */
function mergeSame(hunk: Hunk, order: Order): Proposal | undefined {
  const reformed = mergeForm(hunk.ours, hunk.base, hunk.theirs)
  if (reformed !== undefined) return { text: reformed.join(''), rules: new Set<Rule>(['form']) }
  return mergeTokens(hunk, 'lines', order) ?? mergeTokens(hunk, 'flow', order)
}
