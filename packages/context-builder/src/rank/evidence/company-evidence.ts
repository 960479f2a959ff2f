import type { CodeView } from '../../code-view.ts'
import type { History } from '../../history/history.ts'
import { PastChanges } from '../past-changes.ts'
import type { Candidates } from './evidence.ts'

export const companyNames = ['withFirst', 'withSecond', 'besideFirst', 'leadersBeside', 'namesakes'] as const

/** Leading files that say something about a folder. */
const LEADERS = 20
/** A commit that changed more files than this says little about any two of them. */
const MAX_FILES = 15
/** In commits: what changed together long ago may be apart now. */
const HALF_LIFE = 600
/** What an old commit still counts. */
const OLD = 0.3
/** Of fewer commits a share is chance. */
const FEWEST = 4

/** What the files that lead say about the others: those changed with them in the past, and those that stand beside them. */
export function companyEvidence({
  view,
  history,
  positions,
  measure,
}: Candidates): Record<(typeof companyNames)[number], Float64Array> {
  const [first, second] = positions
  const folderOf = (position: number) => view.file(position).path.replace(/[^/]*$/, '')
  const nameOf = (position: number) => view.file(position).path.replace(/^.*\//, '')
  const leaders = new Map<string, number>()
  for (const position of positions.slice(0, LEADERS)) count(leaders, folderOf(position))
  const wanted = new Set(positions.map(nameOf))
  const names = new Map<string, number>()
  for (const position of measure) {
    const name = nameOf(position)
    if (wanted.has(name)) count(names, name)
  }
  const of = (read: (position: number) => number) => Float64Array.from(positions, read)
  const [withFirst, withSecond] = [first, second].map((position) => sharesWith(view, history, position))
  return {
    withFirst: of((position) => withFirst?.get(position) ?? 0),
    withSecond: of((position) => withSecond?.get(position) ?? 0),
    besideFirst: of((position) => Number(first !== undefined && folderOf(position) === folderOf(first))),
    leadersBeside: of((position) => leaders.get(folderOf(position)) ?? 0),
    namesakes: of((position) => Math.log1p(names.get(nameOf(position)) ?? 0)),
  }
}

/** Of the commits that changed a file, the share that changed each other file too, the newer the more; 1 for itself, where there are enough. */
function sharesWith(
  view: CodeView,
  history: History | undefined,
  position: number | undefined,
): ReadonlyMap<number, number> {
  const shares = new Map<number, number>()
  if (history === undefined || position === undefined) return shares
  let commits = 0
  for (const [at, files] of PastChanges.of(view, history).files.entries()) {
    if (files.length > MAX_FILES || !files.includes(position)) continue
    const weight = OLD + (1 - OLD) * 2 ** (-at / HALF_LIFE)
    commits += weight
    for (const other of files) shares.set(other, (shares.get(other) ?? 0) + weight)
  }
  for (const [other, sum] of shares) shares.set(other, sum / Math.max(FEWEST, commits))
  return shares
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1)
}
