import { anchoredRange, checkAnchors } from './anchors.ts'
import { type ByteText, lineEndOf, splitLines } from './byte-text.ts'
import { EditAmbiguousError, EditNotFoundError, EditsOverlapError } from './errors.ts'
import type { Hunk, HunkLine } from './file-edit.ts'
import { LineFinder } from './line-finder.ts'
import { nearestLines } from './nearest-lines.ts'

/** A hunk with the place it was given, as line numbers of the base. */
interface Placed {
  readonly hunk: Hunk
  readonly start: number
  readonly end: number
  readonly exact: boolean
}

export interface ApplyHunksOptions {
  /** Added lines keep their line ends where nothing of the base shows that the letter changed them. @default false */
  readonly keepLineEnds?: boolean
}

/**
 * Puts hunks into the base they were made from. Each must stand at its claimed line or in one place only; blanks at line
 * ends may differ, nothing else. Lines that a hunk keeps stay as the base has them.
 * @throws {EditNotFoundError} {EditAmbiguousError} {EditsOverlapError}
 */
export function applyHunks(
  path: string,
  base: ByteText,
  hunks: readonly Hunk[],
  notes: string[],
  options: ApplyHunksOptions = {},
): ByteText {
  const lines = splitLines(base)
  const finder = new LineFinder(lines)
  const placed: Placed[] = []
  for (const hunk of hunks) placed.push(place(path, finder, hunk, placed.at(-1), notes))
  placed.sort((a, b) => a.start - b.start || a.end - b.end)

  const parts: (readonly ByteText[])[] = []
  let done = 0
  for (const item of placed) {
    if (item.start < done) throw new EditsOverlapError(path, item.start + 1)
    parts.push(lines.slice(done, item.start), rewritten(path, lines, item, notes, options))
    done = item.end
  }
  parts.push(lines.slice(done))
  return joinLines(parts.flat(), lines)
}

function place(path: string, finder: LineFinder, hunk: Hunk, previous: Placed | undefined, notes: string[]): Placed {
  const block = hunk.lines.filter((line) => line.op !== '+').map((line) => line.text)
  const placed = (start: number, exact: boolean): Placed => {
    if (!exact) notes.push(`${path}: ${hunk.name} was placed though blanks at its line ends differ from the base`)
    return { hunk, start, end: start + block.length, exact }
  }
  const { anchors = [] } = hunk
  if (block.length === 0) return placed(insertionPoint(path, finder, hunk, notes), true)

  if (hunk.at !== undefined) {
    const there = finder.matchesAt(block, hunk.at)
    if (there !== undefined) return placed(hunk.at, there.exact)
  }
  const { starts, exact } = finder.find(block)
  let left = starts
  if (hunk.atEnd === true && starts.length > 0) {
    left = left.filter((start) => onlyBlanksFrom(finder.lines, start + block.length))
    if (left.length === 0) {
      throw new EditNotFoundError(path, `${hunk.name} at the end of the file`, nearestLines(finder.lines, block))
    }
  }
  const narrowed = left.length > 1 && anchors.length > 0
  if (narrowed) left = within(left, anchoredRange(path, finder.lines, anchors))
  if (left.length > 1 && narrowed && previous !== undefined) {
    left = left.filter((start) => start >= previous.end)
  }
  const [start, ...others] = left
  if (start === undefined && starts.length === 0) {
    throw new EditNotFoundError(path, hunk.name, nearestLines(finder.lines, block))
  }
  if (start === undefined || others.length > 0) {
    throw new EditAmbiguousError(
      path,
      hunk.name,
      (left.length > 0 ? left : starts).map((line) => line + 1),
    )
  }
  const end = start + block.length
  if (!narrowed) checkAnchors(path, finder.lines, anchors, { name: hunk.name, start, end }, notes)
  if (hunk.atEnd === true && end < finder.lines.length) {
    notes.push(`${path}: ${hunk.name} was placed though blank lines stand between it and the end of the file`)
  }
  if (hunk.at !== undefined) {
    notes.push(
      `${path}: ${hunk.name} claims line ${hunk.at + 1}; its lines stand only at line ${start + 1} and were changed there`,
    )
  }
  return placed(start, exact)
}

function onlyBlanksFrom(lines: readonly ByteText[], at: number): boolean {
  return lines.slice(at).every((line) => line.trim() === '')
}

function within(starts: readonly number[], [from, to]: readonly [number, number]): number[] {
  return starts.filter((start) => start >= from && start < to)
}

/** Where a hunk without old lines goes: its claimed line, behind its anchor, or the end of the file. */
function insertionPoint(path: string, finder: LineFinder, hunk: Hunk, notes: string[]): number {
  const { lines } = finder
  if (hunk.atEnd === true) {
    const end = { name: hunk.name, start: lines.length, end: lines.length }
    checkAnchors(path, lines, hunk.anchors ?? [], end, notes)
    return lines.length
  }
  if (hunk.anchors !== undefined && hunk.anchors.length > 0) return anchoredRange(path, lines, hunk.anchors)[0]
  if (hunk.at !== undefined && hunk.at <= lines.length) return hunk.at
  if (lines.length > 0) notes.push(`${path}: ${hunk.name} has no old lines and no place; its lines were put at the end`)
  return lines.length
}

/** The hunk's new lines: kept lines as the base has them; added ones with the base's line end, unless the hunk fitted to the byte. */
function rewritten(
  path: string,
  lines: readonly ByteText[],
  placed: Placed,
  notes: string[],
  options: ApplyHunksOptions,
): ByteText[] {
  const lineEnd = lineEndOf(lines)
  const out: ByteText[] = []
  let at = placed.start
  let converted = false
  // Old lines that fit to the byte show that line ends came through as they were meant; without old lines nothing does.
  const trusted = placed.exact && (placed.end > placed.start || options.keepLineEnds === true)
  const added = (line: HunkLine): ByteText => {
    if (trusted || lineEnd === undefined || !line.text.endsWith('\n')) return line.text
    const text = withoutLineEnd(line.text) + lineEnd
    converted ||= text !== line.text
    return text
  }
  for (const line of placed.hunk.lines) {
    if (line.op === ' ') out.push(lines[at] ?? line.text)
    else if (line.op === '+') out.push(added(line))
    if (line.op !== '+') at++
  }
  const last = out.at(-1)
  const atOpenEnd = placed.end === lines.length && !(lines.at(-1) ?? '\n').endsWith('\n')
  if (!placed.exact && atOpenEnd && last?.endsWith('\n')) {
    out[out.length - 1] = withoutLineEnd(last)
    notes.push(`${path}: the last line stays without a line end, as in the base`)
  }
  if (!placed.exact && last !== undefined && !last.endsWith('\n') && !atOpenEnd) {
    out[out.length - 1] = last + (lineEnd ?? '\n')
  }
  if (converted)
    notes.push(
      `${path}: line ends of ${placed.hunk.name} were made ${lineEnd === '\n' ? 'LF' : 'CRLF'}, as in the base`,
    )
  return out
}

function withoutLineEnd(line: ByteText): ByteText {
  return line.replace(/\r?\n$/, '')
}

/** Joins lines; one that lacks its end and is no longer the last gets the file's. */
function joinLines(out: readonly ByteText[], base: readonly ByteText[]): ByteText {
  const lineEnd = lineEndOf(base) ?? '\n'
  return out.map((line, index) => (index < out.length - 1 && !line.endsWith('\n') ? line + lineEnd : line)).join('')
}
