import { changedTogether } from '../../rank/history-signals.ts'
import type { ContextCandidate, ContextSource, SourceRequest } from '../context-source.ts'

const SEEDS = 3
const NEIGHBOURS = 6
const TOGETHER = 4

/** What the files ranked first import, what imports them, and what changes together with them. */
export class NeighboursSource implements ContextSource {
  readonly name = 'neighbours'

  async collect({ view, ranking, graph, history }: SourceRequest): Promise<readonly ContextCandidate[]> {
    const seeds = (ranking.byRole.get('implementation') ?? []).slice(0, SEEDS)
    const scored = new Map<number, { score: number; why: string }>()
    const raise = (position: number, score: number, why: string) => {
      if (view.file(position).role !== 'implementation') return
      if ((scored.get(position)?.score ?? 0) < score) scored.set(position, { score, why })
    }
    for (const { position, path } of seeds) {
      // A file that all import says nothing about this one.
      for (const target of graph.imports[position] ?? [])
        raise(target, 1 / Math.log2(2 + (graph.inDegree[target] ?? 0)), `imported by ${path}`)
      for (const from of graph.importedBy[position] ?? [])
        raise(from, 0.8 / Math.log2(2 + (graph.inDegree[position] ?? 0)), `imports ${path}`)
    }
    const neighbours = best(scored, NEIGHBOURS, 112)
    const positions = seeds.map(({ position }) => position)
    const together = new Map(
      [...changedTogether(view, history, positions)]
        .filter(([position]) => view.file(position).role === 'implementation')
        .map(([position, score]) => [position, { score, why: 'changes together with the files above' }]),
    )
    return [...neighbours, ...best(together, TOGETHER, 111)]
  }
}

function best(
  scored: ReadonlyMap<number, { score: number; why: string }>,
  count: number,
  priority: number,
): ContextCandidate[] {
  return [...scored]
    .sort(([a, x], [b, y]) => Math.round((y.score - x.score) * 1e6) || a - b)
    .slice(0, count)
    .map(([position, { why }], at) => ({ kind: 'file', position, why, priority: priority + at, most: 'signatures' }))
}
