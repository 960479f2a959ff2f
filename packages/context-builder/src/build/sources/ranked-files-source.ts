import type { CodeView } from '../../code-view.ts'
import type { RankedFile, Ranking } from '../../rank/context-ranker.ts'
import { PathWords } from '../../rank/path-words.ts'
import { termsOf } from '../../words.ts'
import type { ContextCandidate, ContextSource, SourceRequest } from '../context-source.ts'

/** The implementation files the ranking puts first. */
export class RankedFilesSource implements ContextSource {
  readonly name = 'code'

  async collect({ view, ranking, limit }: SourceRequest): Promise<readonly ContextCandidate[]> {
    const ranked = ranking.byRole.get('implementation') ?? []
    return ranked.slice(0, limit).map((file, at) => ({
      kind: 'file' as const,
      position: file.position,
      why: reasonOf(view, ranking, file),
      priority: 100 + at,
      most: at < 8 ? ('full' as const) : at < 14 ? ('symbols' as const) : ('signatures' as const),
    }))
  }
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
  if (named.length > 0 && (signals.baseName[position] ?? 0) > 0.5) return `its name has ${named.slice(0, 2).join(', ')}`
  const share = (values: Float64Array) =>
    (values[position] ?? 0) /
    Math.max(
      1e-9,
      values.reduce((most, value) => Math.max(most, value), 0),
    )
  if (share(signals.history) > 0.5) return 'changed by similar commits'
  if (share(signals.chunk) > 0.7) return 'one part of it has most words of the task'
  return (signals.lexical[position] ?? 0) > 0 ? 'has words of the task' : 'changed often lately'
}
