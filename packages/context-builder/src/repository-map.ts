import { BpeTokenCounter, type TokenCounter } from './build/token-counter.ts'
import type { CodeView } from './code-view.ts'
import type { CodeGraph } from './graph/code-graph.ts'

export interface RepositoryMapOptions {
  view: CodeView
  graph: CodeGraph
  /** Tokens of the whole map, never exceeded. */
  budgetTokens: number
  /** @default {@link BpeTokenCounter} */
  tokens?: TokenCounter
}

const ROUNDS = 20
const RESTART = 0.3
/** Definitions shown of one file. */
const NAMES = 12

/**
 * A map of the repository: the files that most of it leans on, with what they define at the top, as many as the budget holds. In the
 * order of their paths, so that neighbours stand together.
 */
export async function repositoryMap({
  view,
  graph,
  budgetTokens,
  tokens = new BpeTokenCounter(),
}: RepositoryMapOptions): Promise<string> {
  const weight = importance(view, graph)
  const files = [...view.files.keys()]
    .filter((at) => view.file(at).role === 'implementation')
    .sort((a, b) => (weight[b] ?? 0) - (weight[a] ?? 0) || a - b)
  const lines = new Map<number, string>()
  let left = budgetTokens
  for (const at of files) {
    const line = entryOf(view, at)
    const cost = (await tokens.count(line)) + 1
    if (cost > left) {
      // The rest may still have shorter entries, but the first that does not fit ends the map: it is cut by importance, not by length.
      break
    }
    lines.set(at, line)
    left -= cost
  }
  return [...lines]
    .sort(([a], [b]) => a - b)
    .map(([, line]) => line)
    .join('\n')
}

function entryOf(view: CodeView, at: number): string {
  const { definitions } = view.details(at)
  const top = definitions.filter(
    ({ container, kind }) => container === -1 && kind !== 'variable' && kind !== 'declaration',
  )
  const names = [...new Set(top.map(({ name, startLine }) => `${name}:${startLine}`))]
  const more = names.length > NAMES ? `, and ${names.length - NAMES} more` : ''
  const { path } = view.file(at)
  return names.length === 0 ? path : `${path}\n  ${names.slice(0, NAMES).join(', ')}${more}`
}

/** A random walk along imports that starts anywhere: whole numbers, so that it ends alike everywhere. */
function importance(view: CodeView, graph: CodeGraph): Float64Array {
  const size = view.files.length
  let rank = new Float64Array(size).fill(1)
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(size).fill(RESTART)
    for (const [from, targets] of graph.imports.entries()) {
      const share = ((1 - RESTART) * (rank[from] ?? 0)) / Math.max(1, targets.length)
      // Tests lean on what they test, which says less about the whole.
      const factor = view.file(from).role === 'implementation' ? 1 : 0.3
      for (const target of targets) next[target] = (next[target] ?? 0) + factor * share
    }
    rank = next
  }
  return rank.map((value) => Math.round(value * 1e6))
}
