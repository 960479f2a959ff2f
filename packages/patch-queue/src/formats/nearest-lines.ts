import DiffMatchPatch from 'diff-match-patch'
import { type ByteText, toReadable } from './byte-text.ts'

const SHOWN_LINES = 8
const MAX_SEARCHED = 200_000

/**
 * The lines of the base that look most like the block, with their numbers, for the message of a refusal. A hint to whoever
 * made the patch: nothing is ever applied there.
 */
export function nearestLines(lines: readonly ByteText[], block: readonly ByteText[]): string {
  const start = bestWindow(lines, block) ?? fuzzyStart(lines, block)
  if (start === undefined) return ''
  const from = Math.max(0, start)
  return lines
    .slice(from, from + Math.min(SHOWN_LINES, Math.max(block.length, 3)))
    .map((line, offset) => `${String(from + offset + 1).padStart(6)} | ${toReadable(line).trimEnd()}`)
    .join('\n')
}

/** The start of the window that shares most lines with the block, blanks aside. */
function bestWindow(lines: readonly ByteText[], block: readonly ByteText[]): number | undefined {
  const offsets = new Map<ByteText, number>()
  for (const [offset, line] of block.entries()) if (line.trim().length > 2) offsets.set(line.trim(), offset)
  const votes = new Map<number, number>()
  for (const [position, line] of lines.entries()) {
    const offset = offsets.get(line.trim())
    if (offset !== undefined) votes.set(position - offset, (votes.get(position - offset) ?? 0) + 1)
  }
  let best: number | undefined
  let most = 0
  for (const [start, count] of votes) {
    if (count > most) {
      best = start
      most = count
    }
  }
  return best
}

/** Where diff-match-patch would look for the block's longest line. */
function fuzzyStart(lines: readonly ByteText[], block: readonly ByteText[]): number | undefined {
  const longest = block.map((line) => line.trim()).reduce((a, b) => (b.length > a.length ? b : a), '')
  const text = lines.join('')
  if (longest.length < 4 || text.length > MAX_SEARCHED) return undefined
  const locator = new DiffMatchPatch()
  locator.Match_Distance = MAX_SEARCHED
  locator.Match_Threshold = 0.4
  const found = locator.match_main(text, longest.slice(0, locator.Match_MaxBits), 0)
  return found < 0 ? undefined : text.slice(0, found).split('\n').length - 1
}
