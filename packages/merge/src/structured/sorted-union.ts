import { entryKey } from './entries.ts'
import type { HunkContext } from './hunk.ts'

/** Lines before and after that must be in order for a list to count as sorted. */
const WITNESSES = 4

/** Where each line stands for itself and the list around is in order: all added lines, in that order, each once. */
export function sortedUnion(
  ours: readonly string[],
  theirs: readonly string[],
  context: HunkContext,
): string[] | undefined {
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
