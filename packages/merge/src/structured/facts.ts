import type { ConflictSegment, Segment } from '../conflict-hunks.ts'
import type { Versions } from './hunk.ts'
import { Counts, lineCounts, splitLines, wordsOf } from './text.ts'

/** What is known of the whole file, for all of its conflicts. Exchanging the sides changes nothing. */
export interface FileFacts {
  readonly conflicts: number
  /** The share of the file's lines that changed, by the side that changed fewer and by the other. */
  readonly changed: readonly [fewer: number, more: number]
  /** A side has lines elsewhere that it took out of a conflict. */
  readonly moved: boolean
  /** The words of what the line merge settled. */
  readonly elsewhere: Counts
}

/** Looks at a whole file for what bears on each of its conflicts. */
export function factsOf(versions: Versions, segments: readonly Segment[]): FileFacts {
  const conflicts = segments.filter((segment): segment is ConflictSegment => segment.kind === 'conflict')
  const [base, ours, theirs] = [versions.base, versions.ours, versions.theirs].map((text) =>
    lineCounts(splitLines(text)),
  )
  if (base === undefined || ours === undefined || theirs === undefined) throw new TypeError('three versions are needed')
  const changedBy = (side: typeof ours) => {
    let [different, all] = [0, 0]
    for (const line of new Set([...base.keys(), ...side.keys()])) {
      different += Math.abs(base.of(line) - side.of(line))
      all += Math.max(base.of(line), side.of(line))
    }
    return all === 0 ? 0 : different / all
  }
  const changed = [changedBy(ours), changedBy(theirs)].sort((a, b) => a - b)
  return {
    conflicts: conflicts.length,
    changed: [changed[0] ?? 0, changed[1] ?? 0],
    elsewhere: new Counts(
      segments.flatMap((segment) => (segment.kind === 'merged' ? wordsOf(segment.lines.join('')) : [])),
    ),
    moved: conflicts.some(
      (conflict) => isMoved(conflict, 'ours', base, ours) || isMoved(conflict, 'theirs', base, theirs),
    ),
  }
}

type Lines = ReturnType<typeof lineCounts>

/** The side took lines out of a conflict but has them elsewhere: it moved them, and the other side's change belongs there. */
function isMoved(conflict: ConflictSegment, side: 'ours' | 'theirs', base: Lines, whole: Lines): boolean {
  const before = lineCounts(conflict.base)
  const now = lineCounts(conflict[side])
  for (const line of before.keys()) {
    if (line.length > 5 && now.of(line) < before.of(line) && whole.of(line) >= base.of(line)) return true
  }
  return false
}
