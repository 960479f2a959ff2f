import type { CodeView } from '../../code-view.ts'
import type { History } from '../../history/history.ts'
import { PastChanges } from '../past-changes.ts'
import { SCORE_UNIT } from '../score.ts'
import type { Candidates } from './candidates.ts'

export const companyNames = [
  'withFirst',
  'withSecond',
  'withLeaders',
  'importsFirst',
  'importedByFirst',
  'besideFirst',
  'namedLikeFirst',
  'leadersBeside',
  'namesakes',
] as const

/** Leading files that say something about a folder. */
const BESIDE = 20
/** Leading files whose company counts, each by how likely it is the one that is meant. */
const LEADERS = 8
/** A commit that changed more files than this says little about any two of them. */
const MAX_FILES = 15
/** In commits: what changed together long ago may be apart now. */
const HALF_LIFE = 600
/** What an old commit still counts. */
const OLD = 0.3
/** Of fewer commits a share is chance. */
const FEWEST = 4

/** What the files that lead say about the others: those changed with them in the past, those that import each other, those that stand beside them. */
export function companyEvidence({
  view,
  history,
  positions,
  scores,
  measure,
}: Candidates): Record<(typeof companyNames)[number], Float64Array> {
  const first = positions[0] ?? 0
  const folderOf = (position: number) => view.file(position).path.replace(/[^/]*$/, '')
  const nameOf = (position: number) => view.file(position).path.replace(/^.*\//, '')
  const stems = new Map(positions.map((position) => [position, nameOf(position).replace(/\..*$/, '')]))
  const folders = new Map<string, number>()
  for (const position of positions.slice(0, BESIDE)) count(folders, folderOf(position))
  const wanted = new Set(positions.map(nameOf))
  const names = new Map<string, number>()
  for (const position of measure) {
    const name = nameOf(position)
    if (wanted.has(name)) count(names, name)
  }
  const shares = positions.slice(0, LEADERS).map((position) => sharesWith(view, history, position))
  const likely = likelihoods(scores.slice(0, LEADERS))
  const of = (read: (position: number) => number) => Float64Array.from(positions, read)
  const stemOf = (position: number) => stems.get(position) ?? ''
  return {
    withFirst: of((position) => shares[0]?.get(position) ?? 0),
    withSecond: of((position) => shares[1]?.get(position) ?? 0),
    withLeaders: of((position) => {
      const others = shares.map((share, n) => (positions[n] === position ? 0 : (share.get(position) ?? 0)))
      return others.reduce((sum, share, n) => sum + share * (likely[n] ?? 0), 0)
    }),
    importsFirst: of((position) => Number(importsName(view, position, stemOf(first)))),
    importedByFirst: of((position) => Number(importsName(view, first, stemOf(position)))),
    besideFirst: of((position) => Number(folderOf(position) === folderOf(first))),
    namedLikeFirst: of((position) => Number(position !== first && stemOf(position) === stemOf(first))),
    leadersBeside: of((position) => folders.get(folderOf(position)) ?? 0),
    namesakes: of((position) => Math.log1p(names.get(nameOf(position)) ?? 0)),
  }
}

/** Whether a file has an import that ends in a name: where it leads need not be found out for that. */
function importsName(view: CodeView, position: number, name: string): boolean {
  return view.details(position).imports.some(({ specifier, names }) => {
    const [last] = specifier
      .replace(/\.[cm]?[jt]sx?$/, '')
      .split(/[/.:\\]+/)
      .slice(-1)
    return last === name || names.includes(name)
  })
}

/** How likely each of some files is meant, by their scores, if one of them is. */
function likelihoods(scores: readonly number[]): number[] {
  const odds = scores.map((score) => Math.exp((score - (scores[0] ?? 0)) * SCORE_UNIT))
  const all = odds.reduce((sum, odd) => sum + odd, 0)
  return odds.map((odd) => odd / all)
}

/** Of the commits that changed a file, the share that changed each other file too, the newer the more; 1 for itself, where there are enough. */
function sharesWith(view: CodeView, history: History | undefined, position: number): ReadonlyMap<number, number> {
  const shares = new Map<number, number>()
  if (history === undefined) return shares
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
