import type { CodeView } from '../code-view.ts'
import { type CodeGraph, testsOf } from '../graph/code-graph.ts'
import type { RankedFile } from './ranked-file.ts'

/** Implementation files whose tests are looked at, and tests of each. */
const SUBJECTS = 8
const TESTS = 4

/** For each test of the files ranked first, how much these speak for it: 0 to 1. */
export function testedSubjects(
  view: CodeView,
  graph: CodeGraph,
  implementation: readonly RankedFile[],
): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  const best = implementation[0]?.score ?? 1
  for (const { position, score } of implementation.slice(0, SUBJECTS)) {
    for (const [at, test] of testsOf(view, graph, position).slice(0, TESTS).entries()) {
      const share = (score / best) * (1 - at / TESTS)
      found.set(test, Math.max(found.get(test) ?? 0, share))
    }
  }
  return found
}
