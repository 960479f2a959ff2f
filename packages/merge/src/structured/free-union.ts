import type { HunkContext } from './hunk.ts'

/**
 * Both sides' lines, ours first, where each side added whole entries whose order means nothing: imports, list elements, keys,
 * declarations, items. `undefined` where that is not certain.
 */
export function freeUnion(
  ours: readonly string[],
  theirs: readonly string[],
  context: HunkContext,
): string[] | undefined {
  const left = blockOf(ours)
  const right = blockOf(theirs)
  if (left === undefined || right === undefined || left.indent !== right.indent) return undefined
  if (left.heads.some((head) => right.heads.includes(head))) return undefined
  const kinds = entryKinds(context)
  const isEntry = (block: Block) => kinds.find((kind) => kind(block))
  const kind = isEntry(left)
  if (kind === undefined || kind !== isEntry(right)) return undefined
  return kind === items ? joinItems(ours, theirs, context) : join(ours, theirs)
}

/** Added lines, seen as entries: the lines at the outermost indentation, each perhaps with deeper ones under it. */
interface Block {
  readonly indent: number
  /** The outermost lines that begin an entry, trimmed. */
  readonly heads: readonly string[]
  readonly lines: readonly string[]
}

const CLOSER = /^[)\]}]+[;,)]*$|^(?:end|\*\/)$/

function blockOf(lines: readonly string[]): Block | undefined {
  const full = lines.filter((line) => line.trim() !== '')
  if (full.length === 0 || full.some((line) => !line.endsWith('\n')) || !isBalanced(full)) return undefined
  const indents = full.map((line) => line.length - line.trimStart().length)
  const indent = Math.min(...indents)
  if (indents[0] !== indent) return undefined
  const heads = full
    .filter((_, at) => indents[at] === indent)
    .map((line) => line.trim())
    .filter((line) => !CLOSER.test(line))
  return { indent, heads, lines: full }
}

/** Every bracket closed, in its order; brackets in strings make this fail too often rather than too seldom. */
function isBalanced(lines: readonly string[]): boolean {
  const open: string[] = []
  const closes: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }
  for (const character of lines.join('')) {
    if ('([{'.includes(character)) open.push(character)
    else if (character in closes && open.pop() !== closes[character]) return false
  }
  return open.length === 0
}

type EntryKind = (block: Block) => boolean

const IMPORT =
  /^(?:import\b|from\s+\S+\s+import\b|(?:const|var|let)\s+[\w${},\s:]+=\s*require\(|export\s+(?:\*|\{[^}]*\}|type\s+\{[^}]*\})\s+from\b)/
const DECLARATION =
  /^(?:@|(?:export\s+|default\s+|declare\s+|abstract\s+|public\s+|private\s+|protected\s+|static\s+|readonly\s+|async\s+|override\s+)*(?:def|class|function|interface|type|enum|namespace)\s+[\w$]+|(?:async\s+|static\s+|get\s+|set\s+)*[\w$#]+\s*\([^)]*\)\s*(?::[^{]+)?\{$|(?:describe|it|test)(?:\.\w+)*\()/
const DECORATED = /^(?:@|\/\*\*|\*|\/\/|#)/

const items: EntryKind = ({ heads }) => heads.every((head) => /^[-*+]\s+\S/.test(head))

/** What counts as an entry in this kind of file, surest first. */
function entryKinds(context: HunkContext): EntryKind[] {
  const imports: EntryKind = ({ heads, lines }) =>
    lines.length === heads.length && heads.every((head) => IMPORT.test(head))
  const elements: EntryKind = ({ heads }) =>
    heads.length > 0 && heads.every((head) => /,$|^["'\w.-]+\s*[:=]/.test(head) || head.endsWith('{'))
  const declarations: EntryKind = ({ heads }) =>
    heads.some((head) => DECLARATION.test(head)) &&
    heads.every((head) => DECLARATION.test(head) || DECORATED.test(head))
  switch (context.kind) {
    case 'code':
      return [imports, declarations, commaEnded]
    case 'data':
      return [items, elements]
    case 'changelog':
    case 'prose':
      return [items]
    case 'list':
      return [(block) => block.lines.length === block.heads.length]
    case 'lock':
      return []
  }
}

const commaEnded: EntryKind = ({ heads, lines }) =>
  heads.length > 0 && (lines.at(-1) ?? '').trimEnd().endsWith(',') && heads.every((head) => /[,{[(]$/.test(head))

/** Ours, then theirs; where only one side brought the blank lines between entries, they stand between the two. */
function join(ours: readonly string[], theirs: readonly string[]): string[] {
  const blanksAt = (lines: readonly string[], from: 'start' | 'end') => {
    const ordered = from === 'start' ? lines : [...lines].reverse()
    const first = ordered.findIndex((line) => line.trim() !== '')
    return first < 0 ? lines.length : first
  }
  const between = blanksAt(ours, 'end') + blanksAt(theirs, 'start')
  const outside = blanksAt(ours, 'start') + blanksAt(theirs, 'end')
  const wanted = Math.max(
    blanksAt(ours, 'end'),
    blanksAt(theirs, 'end'),
    blanksAt(ours, 'start'),
    blanksAt(theirs, 'start'),
  )
  if (between > 0 || outside === 0) return [...ours, ...theirs]
  return [...ours, ...Array.from({ length: wanted }, () => '\n'), ...theirs]
}

/**
 * Items of a list: at its end theirs go first, since who merges last appends last; elsewhere ours do, since the newest stand on
 * top. Blank lines behind a side's items close the list once.
 */
function joinItems(ours: readonly string[], theirs: readonly string[], context: HunkContext): string[] {
  const next = context.after.find((line) => line.trim() !== '')
  const atEnd = next === undefined || !/^\s*[-*+]\s/.test(next) || context.after[0]?.trim() === ''
  const [first, second] = atEnd ? [theirs, ours] : [ours, theirs]
  const tagged = sortedByTag(
    [...first, ...second].filter((line) => line.trim() !== ''),
    context,
  )
  if (tagged !== undefined) {
    const closing = [...first.slice(lastFull(first) + 1), ...second.slice(lastFull(second) + 1)]
    return [
      ...tagged,
      ...closing.slice(0, Math.max(first.length - lastFull(first), second.length - lastFull(second)) - 1),
    ]
  }
  const tight = !first.slice(0, lastFull(first)).some((line) => line.trim() === '')
  return [...(tight && lastFull(first) < first.length - 1 ? first.slice(0, lastFull(first) + 1) : first), ...second]
}

function lastFull(lines: readonly string[]): number {
  return lines.findLastIndex((line) => line.trim() !== '')
}

/** One-line items with a tag in brackets, in the order of their tags, where the items around are in that order too. */
function sortedByTag(lines: readonly string[], context: HunkContext): string[] | undefined {
  const tagOf = (line: string) => /^\s*[-*+]\s+[`*]*\[([^\]]+)\]/.exec(line)?.[1]?.replace(/[^\w]/g, '').toLowerCase()
  const tags = lines.map(tagOf)
  if (tags.includes(undefined)) return undefined
  const sorted = [...lines].sort((a, b) => ((tagOf(a) ?? '') < (tagOf(b) ?? '') ? -1 : tagOf(a) === tagOf(b) ? 0 : 1))
  const around = (side: readonly string[]) => {
    const end = side.findIndex((line) => tagOf(line) === undefined)
    return side.slice(0, end < 0 ? side.length : end)
  }
  const whole = [...around([...context.before].reverse()).reverse(), ...sorted, ...around(context.after)].map(
    (line) => tagOf(line) ?? '',
  )
  return whole.every((tag, at) => at === 0 || (whole[at - 1] ?? '') <= tag) ? sorted : undefined
}
