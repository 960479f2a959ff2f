import type { ByteText } from './byte-text.ts'

const START = /^(<{5,9}) ?(?:SEARCH|ORIGINAL)\s*$/
const END = /^(>{5,9}) ?(?:REPLACE|UPDATED)\s*$/
const DIVIDER = /^(={5,9})\s*$/
/** Lines that are a marker of a block or of a merge conflict, and so no prose. */
const MARKER = /^(?:<{7}|>{7})(?: |\s*$)|^={7}\s*$/

/** The lines of a block's markers, as far as its text can tell them; dividers are all that could be the one. */
export interface BlockMarkers {
  readonly dividers: readonly number[]
  readonly ends: readonly number[]
  /** Set where the markers differ in length from the one that opens the block. */
  readonly uneven: boolean
}

export function isBlockStart(line: ByteText): boolean {
  return START.test(line)
}

export function isMarker(line: ByteText): boolean {
  return MARKER.test(line) || START.test(line) || END.test(line)
}

/**
 * The markers of the block that opens at this line, up to the next block. They are as long as the one that opens it; others
 * count only where there is none of that length and one alone of another.
 */
export function markersOf(lines: readonly ByteText[], start: number): BlockMarkers {
  const length = lengthOf(START, lines[start])
  const limit = nextStart(lines, start, length)
  const ends = ofLength(lines, END, start + 1, limit, length)
  const dividers = ofLength(lines, DIVIDER, start + 1, ends.lines.at(-1) ?? limit, length)
  return { dividers: dividers.lines, ends: ends.lines, uneven: ends.uneven || dividers.uneven }
}

/** The last line of the block that opens here; `undefined` where none opens, or it does not close. */
export function blockEnd(lines: readonly ByteText[], start: number): number | undefined {
  return isBlockStart(lines[start] ?? '') ? markersOf(lines, start).ends.at(-1) : undefined
}

function nextStart(lines: readonly ByteText[], start: number, length: number): number {
  for (let at = start + 1; at < lines.length; at++) if (lengthOf(START, lines[at]) === length) return at
  return lines.length
}

function ofLength(lines: readonly ByteText[], marker: RegExp, from: number, to: number, length: number) {
  const all: number[] = []
  for (let at = from; at < to; at++) if (marker.test(lines[at] ?? '')) all.push(at)
  const exact = all.filter((at) => lengthOf(marker, lines[at]) === length)
  const [only, ...others] = all
  if (exact.length > 0 || only === undefined || others.length > 0) return { lines: exact, uneven: false }
  return { lines: [only], uneven: true }
}

function lengthOf(marker: RegExp, line: ByteText | undefined): number {
  return marker.exec(line ?? '')?.[1]?.length ?? 0
}
