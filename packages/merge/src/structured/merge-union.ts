import { editsBetween } from './diff3.ts'
import type { HunkContext, Proposal, Rule } from './hunk.ts'
import type { Order } from './settle-tokens.ts'

/** Both sides added lines at the same place: what they share once, the rest in its order where a sorted list gives one, else by `order`. */
export function mergeUnion(
  ours: readonly string[],
  theirs: readonly string[],
  context: HunkContext,
  order: Order,
): Proposal | undefined {
  const sorted = sortedUnion(ours, theirs, context)
  if (sorted !== undefined) return { text: sorted.join(''), rules: new Set<Rule>(['sorted']) }
  const shared = ours.some((line) => line.trim().length > 3 && theirs.includes(line))
  if (!shared) return { text: oneAfterTheOther(ours, theirs, order), rules: new Set<Rule>(['union']) }
  const edits = editsBetween(ours, theirs)
  if (edits === undefined) return undefined
  const rules = new Set<Rule>(['shared'])
  let text = ''
  let at = 0
  for (const { start, end, from, to } of edits) {
    const [mine, yours] = [ours.slice(start, end), theirs.slice(from, to)]
    text += ours.slice(at, start).join('')
    if (mine.length > 0 && yours.length > 0) rules.add('union')
    text += oneAfterTheOther(mine, yours, order)
    at = end
  }
  return { text: text + ours.slice(at).join(''), rules }
}

/** Where only one block brought the blank lines between entries, they stand between the two. */
function oneAfterTheOther(ours: readonly string[], theirs: readonly string[], order: Order): string {
  const [first, second] = order === 'ours-first' ? [ours, theirs] : [theirs, ours]
  if (first.length === 0 || second.length === 0) return [...first, ...second].join('')
  const inside = blanksBehind(first) + blanksBefore(second)
  const outside = Math.max(blanksBefore(first), blanksBehind(second))
  const between = inside === 0 ? Array.from({ length: outside }, () => '\n') : []
  return [...first, ...between, ...second].join('')
}

function blanksBefore(lines: readonly string[]): number {
  const first = lines.findIndex((line) => line.trim() !== '')
  return first < 0 ? lines.length : first
}

function blanksBehind(lines: readonly string[]): number {
  return blanksBefore([...lines].reverse())
}

/** Lines before and after that must be in order for a list to count as sorted. */
const WITNESSES = 4

/** Where each line stands for itself and the list around is in order: all added lines, in that order, each once. */
function sortedUnion(ours: readonly string[], theirs: readonly string[], context: HunkContext): string[] | undefined {
  // Entries of a changelog are sentences: an order of theirs is one of tags at most, and those repeat.
  if (context.kind === 'changelog') return undefined
  const added = [...new Set([...ours, ...theirs])]
  const indent = /^\s*/.exec(added[0] ?? '')?.[0] ?? ''
  const isEntry = (line: string) => line.trim() !== '' && line.endsWith('\n') && /^\s*/.exec(line)?.[0] === indent
  if (!added.every(isEntry) || !added.every(isWhole)) return undefined
  const before: string[] = []
  for (let at = context.before.length - 1; at >= 0 && before.length < WITNESSES; at--) {
    const line = context.before[at] ?? ''
    if (!isEntry(line) || !isWhole(line)) break
    before.unshift(line)
  }
  const after: string[] = []
  for (const line of context.after) {
    if (after.length >= WITNESSES || !isEntry(line) || !isWhole(line)) break
    after.push(line)
  }
  if (before.length + after.length < 3) return undefined
  for (const key of [(line: string) => line.trim(), (line: string) => line.trim().toLowerCase(), entryKey]) {
    const merged = [...added].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
    const whole = [...before, ...merged, ...after].map(key)
    const inOrder = whole.every((line, index) => index === 0 || (whole[index - 1] ?? '') < line)
    if (inOrder) return merged
  }
  return undefined
}

/** A line that is complete by itself: an import, a list element, a key with its value. */
function isWhole(line: string): boolean {
  const text = line.trim()
  return !/[([{:]$|^[)\]}]|^(?:@|#|\/\/|\/\*|\*\/)/.test(text)
}

function entryKey(line: string): string {
  return line
    .trim()
    .replace(/^[-*+]\s+/, '')
    .replace(/[`'"[\]@]/g, '')
    .toLowerCase()
}
