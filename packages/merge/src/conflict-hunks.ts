/** A stretch of a line merge: settled, or in conflict with what each version has there. Lines carry their ends. */
export type Segment =
  | { readonly kind: 'merged'; readonly lines: readonly string[] }
  | {
      readonly kind: 'conflict'
      readonly ours: readonly string[]
      readonly base: readonly string[]
      readonly theirs: readonly string[]
    }

export type ConflictSegment = Extract<Segment, { kind: 'conflict' }>

/** A length of conflict marker that no line of the inputs can be taken for. */
export function safeMarkerSize(texts: readonly string[]): number {
  let longest = 7
  for (const text of texts) {
    for (const run of text.match(/^(?:<{7,}|={7,}|>{7,}|\|{7,})/gm) ?? []) longest = Math.max(longest, run.length)
  }
  return longest + 1
}

/** Reads the output of a diff3-style line merge whose markers have the given size. */
export function readSegments(marked: string, markerSize: number): Segment[] {
  const mark = (character: string) => character.repeat(markerSize)
  const segments: Segment[] = []
  let merged: string[] = []
  let open: { ours: string[]; base: string[]; theirs: string[] } | undefined
  let part: 'ours' | 'base' | 'theirs' = 'ours'
  for (const line of marked.split(/(?<=\n)/)) {
    const isMark = (character: string) => line.startsWith(mark(character)) && line.charAt(markerSize) !== character
    if (open === undefined) {
      if (!isMark('<')) {
        merged.push(line)
        continue
      }
      if (merged.length > 0) segments.push({ kind: 'merged', lines: merged })
      merged = []
      open = { ours: [], base: [], theirs: [] }
      part = 'ours'
    } else if (part === 'ours' && isMark('|')) part = 'base'
    else if (part === 'base' && isMark('=')) part = 'theirs'
    else if (part === 'theirs' && isMark('>')) {
      segments.push({ kind: 'conflict', ...open })
      open = undefined
    } else open[part].push(line)
  }
  if (merged.length > 0) segments.push({ kind: 'merged', lines: merged })
  return segments
}

/** The text with each conflict decided by `choose`. */
export function joinSegments(
  segments: readonly Segment[],
  choose: (conflict: ConflictSegment) => readonly string[],
): string {
  return segments.map((segment) => (segment.kind === 'merged' ? segment.lines : choose(segment)).join('')).join('')
}

/** What a whole merged text has for each conflict; `undefined` where it differs from what the line merge settled. */
export function answersIn(segments: readonly Segment[], merged: string): string[] | undefined {
  const answers: string[] = []
  let at = 0
  let open = false
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1
    if (segment.kind === 'conflict') {
      open = true
      if (isLast) answers.push(merged.slice(at))
      continue
    }
    const text = segment.lines.join('')
    const start = !open ? at : isLast ? merged.length - text.length : merged.indexOf(text, at)
    if (start < at || !merged.startsWith(text, start)) return undefined
    if (open) answers.push(merged.slice(at, start))
    at = start + text.length
    open = false
  }
  return answers
}
