import type { ByteText } from './byte-text.ts'
import { EditAmbiguousError, EditNotFoundError } from './errors.ts'
import { nearestLines } from './nearest-lines.ts'

/** The lines that anchors point to: behind the innermost one, as far as lines are indented deeper than it. */
export function anchoredRange(
  path: string,
  lines: readonly ByteText[],
  anchors: readonly ByteText[],
): readonly [from: number, to: number] {
  let from = 0
  let to = lines.length
  for (const anchor of anchors) {
    const found = linesLike(lines, anchor).filter((at) => at >= from && at < to)
    const [line, ...others] = found
    if (line === undefined) throw new EditNotFoundError(path, named(anchor), nearestLines(lines, [anchor]))
    if (others.length > 0) {
      throw new EditAmbiguousError(
        path,
        named(anchor),
        found.map((at) => at + 1),
      )
    }
    from = line + 1
    const end = blockEnd(lines, line, to)
    // An anchor that opens no indented block (a comment, a statement) only says "behind here".
    if (end > from) to = end
  }
  return [from, to]
}

/**
 * What anchors say about lines that were found without them: a note where they only fail to help, a refusal where they
 * contradict. Lines from `start` to `end` are the place.
 * @throws {EditNotFoundError} when the place stands before an anchor.
 */
export function checkAnchors(
  path: string,
  lines: readonly ByteText[],
  anchors: readonly ByteText[],
  place: { readonly name: string; readonly start: number; readonly end: number },
  notes: string[],
): void {
  let from = 0
  for (const anchor of anchors) {
    const found = linesLike(lines, anchor)
    if (found.length === 0) {
      notes.push(`${path}: ${named(anchor)} of ${place.name} is not in the base; its lines stand in one place only`)
      continue
    }
    // A hunk may repeat its anchor as the first of its own lines.
    const line = found.find((at) => at >= from && at < place.end)
    if (line === undefined) {
      throw new EditNotFoundError(
        path,
        `the place of ${place.name} behind ${named(anchor)}`,
        nearestLines(lines, [anchor]),
      )
    }
    from = line + 1
    const nearest = found.findLast((at) => at < place.end) ?? line
    const end = blockEnd(lines, nearest, lines.length)
    if (nearest < place.start && end > nearest + 1 && place.start >= end) {
      notes.push(`${path}: ${place.name} stands behind ${named(anchor)}, but not in the block that it opens`)
    }
  }
}

function linesLike(lines: readonly ByteText[], anchor: ByteText): number[] {
  const wanted = anchor.trim()
  return lines.flatMap((line, at) => (line.trim() === wanted ? [at] : []))
}

/** Where the lines end that are indented deeper than this one. */
function blockEnd(lines: readonly ByteText[], line: number, limit: number): number {
  const depth = indentOf(lines[line] ?? '')
  let end = line + 1
  while (end < limit && (lines[end]?.trim() === '' || indentOf(lines[end] ?? '') > depth)) end++
  return end
}

function indentOf(line: ByteText): number {
  return line.length - line.trimStart().length
}

function named(anchor: ByteText): string {
  return `the anchor ${JSON.stringify(anchor.trim())}`
}
