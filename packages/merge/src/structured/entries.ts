/** What an entry of a list is sorted by: its text without bullets, quotes and case. */
export function entryKey(line: string): string {
  return line
    .trim()
    .replace(/^[-*+]\s+/, '')
    .replace(/[`'"[\]@]/g, '')
    .toLowerCase()
}

/** Where an import comes from; imports are sorted by that as often as by their first word. */
export function sourceKey(line: string): string {
  return (/(['"])([^'"]+)\1;?\s*$/.exec(line.trim())?.[2] ?? line.trim()).toLowerCase()
}

/** Blocks of more entries than this are no list that a person would sort. */
const MAX_ENTRIES = 60

/**
 * Two sorted lists of entries as one. An entry is a line at the indentation of the block, with the deeper lines under it.
 * `undefined` where a block is not sorted, or where the one would stand wholly before the other.
 */
export function mergeEntries(first: readonly string[], second: readonly string[]): string[] | undefined {
  const [left, right] = [entriesOf(first), entriesOf(second)]
  if (left === undefined || right === undefined || left.length + right.length > MAX_ENTRIES) return undefined
  for (const key of [sourceKey, entryKey]) {
    const keyOf = (entry: readonly string[]) => key(entry.find((line) => !isDecoration(line)) ?? '')
    const sorted = (entries: readonly string[][]) =>
      entries.every((entry, at) => at === 0 || keyOf(entries[at - 1] ?? []) <= keyOf(entry))
    if (!sorted(left) || !sorted(right)) continue
    // A stable sort: of two with one key the first block's comes first.
    const fresh = right.filter((entry) => !left.some((known) => known.join('') === entry.join('')))
    const all = [...left, ...fresh].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0))
    const sources = all.map((entry) => left.includes(entry))
    const changes = sources.filter((source, at) => at > 0 && source !== sources[at - 1]).length
    if (changes >= 2) return all.flat()
  }
  return undefined
}

/** The block cut before each line at its own indentation; `undefined` where it does not begin with an entry. */
function entriesOf(lines: readonly string[]): string[][] | undefined {
  const indent = indentOf(lines[0] ?? '')
  const entries: string[][] = []
  let decorated = false
  for (const line of lines) {
    if (line.trim() === '' || !line.endsWith('\n')) return undefined
    if (indentOf(line).length < indent.length) return undefined
    const opens = indentOf(line) === indent && !/^\s*[)\]}]/.test(line)
    if (opens && !decorated) entries.push([line])
    else if (entries.at(-1)?.push(line) === undefined) return undefined
    decorated = opens && isDecoration(line)
  }
  return entries
}

function isDecoration(line: string): boolean {
  return /^\s*(?:@\w|\/\/|#\s|\/\*)/.test(line)
}

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}
