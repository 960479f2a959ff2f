import { choices, orders } from './choice.ts'
import { type Hunk, type HunkContext, type Proposal, type Rule, trimHunk } from './hunk.ts'
import { mergeForm } from './merge-form.ts'
import { lineMerger } from './merge-lines.ts'
import { sidesOf } from './merge-side.ts'
import { mergeTokens } from './merge-tokens.ts'

/** Every way the rules know to settle a conflict. Ways that lead to the same text are one proposal, with the rules of all. */
export function proposalsFor(given: Hunk, context: HunkContext): Proposal[] {
  const reformed = mergeForm(given.ours, given.base, given.theirs)
  // Anything else would leave two ways to indent side by side.
  if (reformed !== undefined) return [{ text: reformed.join(''), rules: new Set<Rule>(['form']) }]
  const found: Proposal[] = []
  const add = (proposal: Proposal | undefined) => {
    if (proposal !== undefined) found.push(proposal)
  }
  const { head, hunk, tail } = trimHunk(given)
  const inner = { ...context, before: [...context.before, ...head], after: [...tail, ...context.after] }
  const outside = (proposal: Proposal | undefined): Proposal | undefined =>
    proposal && { ...proposal, text: head.join('') + proposal.text + tail.join('') }
  const [whole, trimmed] = [lineMerger(given, context), lineMerger(hunk, inner)]
  for (const choice of choices) {
    add(whole?.(choice))
    add(outside(trimmed?.(choice)))
  }
  for (const order of orders) {
    for (const by of ['lines', 'flow'] as const) {
      add(mergeTokens(given, by, order))
      add(outside(mergeTokens(hunk, by, order)))
    }
  }
  for (const proposal of sidesOf(given)) add(proposal)
  return unique(found)
}

/** One proposal for each text, with the rules of all that led there. */
export function unique(proposals: readonly Proposal[]): Proposal[] {
  const byText = new Map<string, Set<Rule>>()
  for (const { text, rules } of proposals) {
    const known = byText.get(text)
    if (known === undefined) byText.set(text, new Set(rules))
    else for (const rule of rules) known.add(rule)
  }
  return [...byText].map(([text, rules]) => ({ text, rules }))
}
