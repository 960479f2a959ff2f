import type { Segment } from '../conflict-hunks.ts'

/** Fewer lines than this are too common to be known again. */
const MIN_LINES = 2

/**
 * One side moved a block as it was, the other edited it where it stood: the edit goes along. A block counts as moved when the side
 * has nothing left in its place and exactly one copy of it stands elsewhere in the merge, where the base had none.
 */
export function followMoves(segments: readonly Segment[], base: string): { segments: Segment[]; moved: boolean } {
  const out = [...segments]
  let moved = false
  for (const [at, segment] of segments.entries()) {
    if (segment.kind !== 'conflict') continue
    const edited = segment.ours.length === 0 ? segment.theirs : segment.theirs.length === 0 ? segment.ours : []
    const block = trimmed(segment.base)
    const after = trimmed(edited)
    if (after.length === 0 || block.filter((line) => line.trim() !== '').length < MIN_LINES) continue
    if (base.split(block.join('')).length !== 2) continue
    const places = out.flatMap((candidate, index) =>
      candidate.kind === 'merged' ? placesOf(candidate.lines, block).map((start) => ({ index, start })) : [],
    )
    const [place] = places
    const target = place === undefined ? undefined : out[place.index]
    if (place === undefined || target?.kind !== 'merged' || places.length !== 1) continue
    const lines = [...target.lines.slice(0, place.start), ...after, ...target.lines.slice(place.start + block.length)]
    out[place.index] = { kind: 'merged', lines }
    out[at] = { kind: 'merged', lines: [] }
    moved = true
  }
  return { segments: out, moved }
}

/** Without blank lines at both ends: they part a block from its neighbours and do not move with it. */
function trimmed(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line.trim() !== '')
  const last = lines.findLastIndex((line) => line.trim() !== '')
  return first < 0 ? [] : lines.slice(first, last + 1)
}

function placesOf(lines: readonly string[], block: readonly string[]): number[] {
  const places: number[] = []
  for (let start = 0; start + block.length <= lines.length; start++) {
    if (block.every((line, offset) => lines[start + offset] === line)) places.push(start)
  }
  return places
}
