import type { CodeView } from '../../code-view.ts'
import type { Ranking } from '../../rank/context-ranker.ts'
import { PathWords } from '../../rank/path-words.ts'
import type { RankedFile } from '../../rank/ranked-file.ts'
import { termsOf, unicodeParts } from '../../words.ts'
import type { ContextCandidate, ContextSource, SourceRequest } from '../context-source.ts'
import { mirrorKeys } from '../mirrors.ts'

/** Copies of a file in sibling packages that are shown in full: the second shows what they share. */
const MIRRORS = 2

/**
 * The code the ranking puts first. Of files that mirror each other in packages that the task does not name, the first two are
 * shown as the others are; of the rest, signatures.
 */
export class RankedFilesSource implements ContextSource {
  readonly name = 'code'

  async collect({ view, ranking, limit }: SourceRequest): Promise<readonly ContextCandidate[]> {
    const ranked = ranking.code.slice(0, limit)
    const seen = new Map<string, { path: string; times: number }>()
    let shown = 0
    return ranked.map((file, at) => {
      const original = mirrored(view, ranking, file, seen)
      const place = original === undefined ? shown++ : Number.POSITIVE_INFINITY
      return {
        kind: 'file' as const,
        position: file.position,
        why: original === undefined ? reasonOf(view, ranking, file) : `the like of ${original} in another package`,
        priority: 100 + at,
        most: place < 8 ? ('full' as const) : place < 14 ? ('symbols' as const) : ('signatures' as const),
      }
    })
  }
}

/** The file that this one is one mirror too many of. */
function mirrored(
  view: CodeView,
  { signals }: Ranking,
  { position, path }: RankedFile,
  seen: Map<string, { path: string; times: number }>,
): string | undefined {
  if ((signals.package[position] ?? 0) > 0 || (signals.mention[position] ?? 0) > 0) return undefined
  const known = mirrorKeys(view, position).map((key) => {
    const group = seen.get(key) ?? { path, times: 0 }
    group.times++
    seen.set(key, group)
    return group
  })
  return known.find(({ times }) => times > MIRRORS)?.path
}

/** Words of a path, as they stand there, whose terms are among these: of the file's name, or of the folder that names a file called `index`. */
function wordsInPath(path: string, terms: readonly string[]): string {
  const parts = path.split('/')
  const found = (text: string) =>
    unicodeParts(text).filter((word) => termsOf(word).some((term) => terms.includes(term)))
  const inName = found(parts.at(-1) ?? '')
  if (inName.length > 0) return `its name has ${inName.slice(0, 2).join(', ')}`
  const inFolder = found(parts.at(-2) ?? '')
  return `its folder has ${(inFolder.length > 0 ? inFolder : terms).slice(0, 2).join(', ')}`
}

/** The strongest thing that speaks for a file, in a few words. */
function reasonOf(view: CodeView, ranking: Ranking, { position }: RankedFile): string {
  const { signals, query } = ranking
  if ((signals.mention[position] ?? 0) >= 0.6) return 'named in the task'
  const wanted = new Set(query.identifiers)
  const defined = view
    .details(position)
    .definitions.map(({ name }) => name)
    .filter((name) => wanted.has(termsOf(name).at(-1) ?? ''))
  if (defined.length > 0) return `defines ${[...new Set(defined)].slice(0, 3).join(', ')}`
  const named = (PathWords.of(view).nameTerms[position] ?? []).filter((term) => query.terms.has(term))
  if (named.length > 0 && (signals.baseName[position] ?? 0) > 0.5) return wordsInPath(view.file(position).path, named)
  const share = (values: Float64Array) =>
    (values[position] ?? 0) /
    Math.max(
      1e-9,
      values.reduce((most, value) => Math.max(most, value), 0),
    )
  if (Math.max(share(signals.similar), share(signals.told)) > 0.5) return 'changed by similar commits'
  if (share(signals.chunk) > 0.7) return 'one part of it has most words of the task'
  return (signals.lexical[position] ?? 0) > 0 ? 'has words of the task' : 'changed often lately'
}
