import type { Choice, Order, Spacing } from './choice.ts'
import { editsBetween } from './diff3.ts'
import { mergeEntries } from './entries.ts'
import type { HunkContext, Proposal, Rule } from './hunk.ts'
import { sortedUnion } from './sorted-union.ts'

/** Both sides added lines at the same place. `undefined` where the choice does not apply, or says no more than a simpler one. */
export function mergeUnion(
  ours: readonly string[],
  theirs: readonly string[],
  context: HunkContext,
  { order, arrangement, spacing }: Choice,
): Proposal | undefined {
  const [first, second] = order === 'ours-first' ? [ours, theirs] : [theirs, ours]
  const proposal = (lines: readonly string[] | undefined, ...rules: Rule[]): Proposal | undefined =>
    lines && { text: lines.join(''), rules: new Set(rules) }
  // Where the list around is sorted, no other order is worth a word.
  const sorted = sortedUnion(ours, theirs, context)
  if (sorted !== undefined) return arrangement === 'shared' ? proposal(sorted, 'sorted') : undefined
  switch (arrangement) {
    case 'entries':
      return proposal(mergeEntries(first, second), 'entries')
    case 'section':
      return proposal(intoSection(first, second), 'section')
    case 'blocks':
      return proposal(oneAfterTheOther(first, second, spacing), 'union')
    case 'shared':
      return sharedOnce(ours, theirs, order)
  }
}

/** What the two share stands once, the rest in the given order around it. */
function sharedOnce(ours: readonly string[], theirs: readonly string[], order: Order): Proposal | undefined {
  const inOrder = (mine: readonly string[], yours: readonly string[]) =>
    order === 'ours-first' ? oneAfterTheOther(mine, yours, 'kept') : oneAfterTheOther(yours, mine, 'kept')
  const shared = ours.some((line) => line.trim().length > 3 && theirs.includes(line))
  if (!shared) return { text: inOrder(ours, theirs).join(''), rules: new Set<Rule>(['union']) }
  const edits = editsBetween(ours, theirs)
  if (edits === undefined) return undefined
  const rules = new Set<Rule>(['shared'])
  let text = ''
  let at = 0
  for (const { start, end, from, to } of edits) {
    const [mine, yours] = [ours.slice(start, end), theirs.slice(from, to)]
    text += ours.slice(at, start).join('')
    if (mine.length > 0 && yours.length > 0) rules.add('union')
    text += inOrder(mine, yours).join('')
    at = end
  }
  return { text: text + ours.slice(at).join(''), rules }
}

const HEADING = /^(?:#{1,6}\s|\d+\.\d+[\w.]*(?:\s|$))|^(?:={3,}|-{3,}|~{3,})\s*$/

/** The second block goes on to further sections, the first does not: its entries end the section they were added to. */
function intoSection(first: readonly string[], second: readonly string[]): string[] | undefined {
  let end = second.findIndex((line) => HEADING.test(line))
  if (end < 1 || first.some((line) => HEADING.test(line))) return undefined
  // A title with a line under it.
  if (/^[=~-]/.test(second[end] ?? '')) end--
  while (end > 0 && second[end - 1]?.trim() === '') end--
  if (end === 0) return undefined
  const [lead, tail] = [blanksBefore(first), blanksBehind(first)]
  const entries = first.slice(lead, first.length - tail)
  const apart = first.slice(0, Math.min(lead, 1))
  return entries.length === 0 ? undefined : [...second.slice(0, end), ...apart, ...entries, ...second.slice(end)]
}

function oneAfterTheOther(first: readonly string[], second: readonly string[], spacing: Spacing): string[] {
  if (first.length === 0 || second.length === 0) return [...first, ...second]
  let [lead, tail] = [blanksBefore(first), blanksBehind(second)]
  const [behind, before] = [blanksBehind(first), blanksBefore(second)]
  let between = behind + before
  if (spacing === 'kept') {
    // Where only one block brought the blank lines between entries, they stand between the two.
    if (between === 0) between = Math.max(lead, tail)
  } else between = Math.max(behind, before)
  if (spacing === 'led') lead = between = Math.max(lead, before, between)
  if (spacing === 'trailed') tail = between = Math.max(tail, behind, between)
  const blank = first.some((line) => line.endsWith('\r\n')) ? '\r\n' : '\n'
  const blanks = (count: number) => Array.from({ length: count }, () => blank)
  return [...blanks(lead), ...inner(first), ...blanks(between), ...inner(second), ...blanks(tail)]
}

/** Without the blank lines at both ends. */
function inner(lines: readonly string[]): readonly string[] {
  return lines.slice(blanksBefore(lines), Math.max(blanksBefore(lines), lines.length - blanksBehind(lines)))
}

function blanksBefore(lines: readonly string[]): number {
  const first = lines.findIndex((line) => line.trim() !== '')
  return first < 0 ? lines.length : first
}

function blanksBehind(lines: readonly string[]): number {
  return blanksBefore([...lines].reverse())
}
