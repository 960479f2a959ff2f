import { languageOf } from '@patchlane/syntax'
import type { ConflictSegment, Segment } from '../conflict-hunks.ts'
import { crossingProblem } from './crossing.ts'
import { fileKind, isRefusal, type Refusal, type Unions } from './hunk.ts'
import { hasRegularCommas, withoutComma, withRegularCommas } from './json-commas.ts'
import { mergeConflict } from './merge-lines.ts'
import { followMoves } from './merge-moves.ts'
import { lineCounts, splitLines, wordsOf } from './text.ts'

export interface SegmentMerge {
  readonly text: string
  readonly rules: readonly string[]
}

/** The three versions as text. */
export interface Versions {
  readonly path: string
  readonly base: string
  readonly ours: string
  readonly theirs: string
}

/** More conflicts than this in one file are a sign that the sides disagree about more than lines. */
const MAX_CONFLICTS = 4

/** Settles every conflict of a line merge, or none. */
export function mergeSegments(versions: Versions, given: readonly Segment[], unions: Unions): SegmentMerge | Refusal {
  const { segments, moved } = followMoves(given, versions.base)
  const conflicts = segments.filter((segment): segment is ConflictSegment => segment.kind === 'conflict')
  if (conflicts.length > MAX_CONFLICTS) return { refused: `${conflicts.length} conflicts in one file` }
  const problem = crossingProblem(versions, namesOf) ?? movedProblem(versions, conflicts)
  if (problem !== undefined) return { refused: problem }
  const kind = fileKind(versions.path, languageOf(versions.path))
  const regular =
    versions.path.endsWith('.json') && [versions.base, versions.ours, versions.theirs].every(hasRegularCommas)
  const plain = (lines: readonly string[]) => (regular ? lines.map(withoutComma) : lines)
  const rules = new Set<string>(moved ? ['move'] : [])
  const out: string[] = []
  for (const [index, segment] of segments.entries()) {
    if (segment.kind === 'merged') {
      out.push(...segment.lines)
      continue
    }
    const next = segments[index + 1]
    const after = next?.kind === 'merged' ? next.lines : []
    const settled = mergeConflict(plain(segment.ours), plain(segment.base), plain(segment.theirs), {
      path: versions.path,
      kind,
      unions,
      before: plain(out.slice(-20)),
      after: plain(after.slice(0, 20)),
    })
    if (isRefusal(settled)) return settled
    out.push(...settled.lines)
    for (const rule of settled.rules) rules.add(rule)
  }
  return {
    text: withLastLineEnd(regular ? withRegularCommas(out.join('')) : out.join(''), versions),
    rules: [...rules].sort(),
  }
}

/** The last line ended as on our side, or as on theirs where only they changed that. A marked conflict cannot tell. */
function withLastLineEnd(text: string, { base, ours, theirs }: Versions): string {
  const ends = (version: string) => version.endsWith('\n')
  const wanted = ends(base) === ends(ours) ? ends(theirs) : ends(ours)
  if (ends(text) === wanted || text === '') return text
  return wanted ? `${text}\n` : text.replace(/\r?\n$/, '')
}

/** Words long enough to mean something, numbers apart. */
function namesOf(text: string): string[] {
  return wordsOf(text).filter((word) => word.length > 1 && !/^\d+$/.test(word))
}

/** A side took lines out of a conflict but has them elsewhere: it moved them, and the other side's change belongs there. */
function movedProblem({ base, ours, theirs }: Versions, conflicts: readonly ConflictSegment[]): string | undefined {
  const old = lineCounts(splitLines(base))
  for (const side of ['ours', 'theirs'] as const) {
    const whole = lineCounts(splitLines(side === 'ours' ? ours : theirs))
    for (const conflict of conflicts) {
      const before = lineCounts(conflict.base)
      const now = lineCounts(conflict[side])
      for (const line of before.keys()) {
        if (line.length > 5 && now.of(line) < before.of(line) && whole.of(line) >= old.of(line)) {
          return `one side moved ${JSON.stringify(line)}`
        }
      }
    }
  }
  return undefined
}
