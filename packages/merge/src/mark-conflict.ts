import type { ConflictSegment } from './conflict-hunks.ts'
import type { MergeLabels } from './merge-input.ts'

/** A conflict with markers, zdiff3 style: lines that both sides begin or end with stand outside. */
export function markConflict(conflict: ConflictSegment, labels: MergeLabels, markerSize = 7): string[] {
  const { ours, base, theirs } = conflict
  const shorter = Math.min(ours.length, theirs.length)
  let head = 0
  while (head < shorter && ours[head] === theirs[head]) head++
  let tail = 0
  while (tail < shorter - head && ours.at(-1 - tail) === theirs.at(-1 - tail)) tail++
  const lineEnd = [...ours, ...theirs, ...base].some((line) => line.endsWith('\r\n')) ? '\r\n' : '\n'
  const mark = (character: string, label = '') =>
    `${character.repeat(markerSize)}${label === '' ? '' : ` ${label}`}${lineEnd}`
  const ended = (lines: readonly string[]) => lines.map((line) => (line.endsWith('\n') ? line : line + lineEnd))
  return [
    ...ours.slice(0, head),
    mark('<', labels.ours),
    ...ended(ours.slice(head, ours.length - tail)),
    mark('|', labels.base),
    ...ended(base),
    mark('='),
    ...ended(theirs.slice(head, theirs.length - tail)),
    mark('>', labels.theirs),
    ...ours.slice(ours.length - tail),
  ]
}
