import type { CodeView } from '../../code-view.ts'
import type { History } from '../../history/history.ts'
import { PastChanges } from '../past-changes.ts'
import { ENTRY_STEM, nameOf, stemOf } from '../path-words.ts'
import { MAX_FILES, weightOfAge } from './age.ts'
import type { Candidates } from './candidates.ts'
import { importedNames, LEADERS, likelihoods } from './company.ts'

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
  'importsLeaders',
  'importedByLeaders',
  'definesLikeFirst',
  'definesLikeLeaders',
  'entryOfFirst',
  'entryOfLeaders',
] as const

/** Leading files that say something about a folder. */
const BESIDE = 20
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
  const fileName = (position: number) => view.file(position).path.replace(/^.*\//, '')
  const stems = new Map(positions.map((position) => [position, stemOf(view.file(position).path)]))
  const folders = new Map<string, number>()
  for (const position of positions.slice(0, BESIDE)) count(folders, folderOf(position))
  const wanted = new Set(positions.map(fileName))
  const names = new Map<string, number>()
  for (const position of measure) {
    const name = fileName(position)
    if (wanted.has(name)) count(names, name)
  }
  const shares = sharesWith(view, history, positions.slice(0, LEADERS))
  const likely = likelihoods(scores.slice(0, LEADERS))
  const of = (read: (position: number) => number) => Float64Array.from(positions, read)
  const stem = (position: number) => stems.get(position) ?? ''
  const imports = new Map(positions.map((position) => [position, importedNames(view, position)]))
  const importsName = (position: number, name: string) => Number(imports.get(position)?.has(name) ?? false)
  return {
    withFirst: of((position) => shares[0]?.get(position) ?? 0),
    withSecond: of((position) => shares[1]?.get(position) ?? 0),
    withLeaders: of((position) => {
      const others = shares.map((share, n) => (positions[n] === position ? 0 : (share.get(position) ?? 0)))
      return others.reduce((sum, share, n) => sum + share * (likely[n] ?? 0), 0)
    }),
    importsFirst: of((position) => importsName(position, stem(first))),
    importedByFirst: of((position) => importsName(first, stem(position))),
    besideFirst: of((position) => Number(folderOf(position) === folderOf(first))),
    namedLikeFirst: of((position) => Number(position !== first && stem(position) === stem(first))),
    leadersBeside: of((position) => folders.get(folderOf(position)) ?? 0),
    namesakes: of((position) => Math.log1p(names.get(fileName(position)) ?? 0)),
    ...leaderEvidence({ view, positions, likely, imports }),
  }
}

interface Leaders extends Pick<Candidates, 'view' | 'positions'> {
  /** How likely each of the first files is meant. */
  likely: readonly number[]
  /** What each file imports, by names. */
  imports: ReadonlyMap<number, ReadonlySet<string>>
}

/** Shorter names are the same in files that have nothing else in common. */
const SHORTEST_NAME = 4

/** The same as of the first file, of all that lead, each by how likely it is meant; and whether a file gathers what stands in its folder. */
function leaderEvidence({ view, positions, likely, imports }: Leaders) {
  const leaders = positions.slice(0, likely.length)
  const importNames = new Map(positions.map((position) => [position, nameOf(view.file(position).path)]))
  const defined = new Map(
    positions.map((position) => {
      const names = view.details(position).definitions.map(({ name }) => name)
      return [position, new Set(names.filter((name) => name.length >= SHORTEST_NAME))]
    }),
  )
  const imported = (by: number, what: number) => Number(imports.get(by)?.has(importNames.get(what) ?? '') ?? false)
  const alike = (a: number, b: number) => (a === b ? 0 : likeness(defined.get(a), defined.get(b)))
  const entry = (position: number, leader: number) => {
    if (position === leader) return 0
    return entryDistance(view.file(position).path, view.file(leader).path)
  }
  const first = leaders[0] ?? 0
  const of = (read: (position: number) => number) => Float64Array.from(positions, read)
  const ofLeaders = (read: (position: number, leader: number) => number) =>
    of((position) =>
      leaders.reduce(
        (sum, leader, n) => (leader === position ? sum : sum + (likely[n] ?? 0) * read(position, leader)),
        0,
      ),
    )
  return {
    importsLeaders: ofLeaders(imported),
    importedByLeaders: ofLeaders((position, leader) => imported(leader, position)),
    definesLikeFirst: of((position) => alike(position, first)),
    definesLikeLeaders: ofLeaders(alike),
    entryOfFirst: of((position) => entry(position, first)),
    entryOfLeaders: ofLeaders(entry),
  }
}

/** The part of two sets that they have in common. */
function likeness(a: ReadonlySet<string> = new Set(), b: ReadonlySet<string> = new Set()): number {
  let common = 0
  for (const name of a) if (b.has(name)) common++
  return common === 0 ? 0 : common / (a.size + b.size - common)
}

/** 1 for what stands for the folder of a file, the less the more folders are between; 0 for what does not stand above it. */
function entryDistance(entry: string, path: string): number {
  const folder = entry.slice(0, entry.lastIndexOf('/') + 1)
  if (!ENTRY_STEM.test(stemOf(entry)) || !path.startsWith(folder)) return 0
  return 1 / path.slice(folder.length).split('/').length
}

/** For each of some files: of the commits that changed it, the share that changed each other file too, the newer the more; 1 for itself, where there are enough. */
function sharesWith(
  view: CodeView,
  history: History | undefined,
  positions: readonly number[],
): ReadonlyMap<number, number>[] {
  const found = positions.map(() => ({ commits: 0, shares: new Map<number, number>() }))
  if (history === undefined) return found.map(({ shares }) => shares)
  const rowOf = new Map(positions.map((position, row) => [position, row]))
  for (const [at, files] of PastChanges.of(view, history).files.entries()) {
    if (files.length > MAX_FILES) continue
    for (const position of files) {
      const one = found[rowOf.get(position) ?? -1]
      if (one === undefined) continue
      const weight = weightOfAge(at)
      one.commits += weight
      for (const other of files) one.shares.set(other, (one.shares.get(other) ?? 0) + weight)
    }
  }
  for (const { commits, shares } of found)
    for (const [other, sum] of shares) shares.set(other, sum / Math.max(FEWEST, commits))
  return found.map(({ shares }) => shares)
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1)
}
