/** One of the first files of a ranking, as a re-ranker sees it. */
export interface RerankCandidate {
  readonly path: string
  readonly score: number
  /** Names that the file defines, in its order. */
  readonly definitions: readonly string[]
}

/** Puts the first candidates of the ranking in a better order: a model, embeddings. It has to be deterministic for contexts to be so. */
export interface Reranker {
  /** Paths, best first; those left out keep their order behind. Where it throws, the ranking stands as it was, with a note. */
  rerank(task: string, candidates: readonly RerankCandidate[], signal?: AbortSignal): Promise<readonly string[]>
}

/** Files a re-ranker sees. */
export const RERANKED = 30

/** The list with its head in the order that a re-ranker gave. */
export function reordered<T extends { readonly path: string }>(list: readonly T[], order: readonly string[]): T[] {
  const places = new Map([...new Set(order)].map((path, at) => [path, at]))
  const placeOf = ({ path }: T) => places.get(path) ?? RERANKED
  return [...list.slice(0, RERANKED).sort((a, b) => placeOf(a) - placeOf(b)), ...list.slice(RERANKED)]
}
