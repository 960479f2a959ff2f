import { subjectName } from '../../graph/code-graph.ts'
import { nameOf } from '../path-words.ts'
import type { Candidates } from './candidates.ts'
import { importedNames, likelihoods } from './company.ts'

export const testNames = ['bestTest', 'testsFor', 'placeOfTest'] as const

/** Leading tests that are asked what they test. */
const TESTS = 12
/** A test that only imports a file says half as much of it as one that is named after it. */
const IMPORTED = 0.5
/** A test that imports more than this says the less of each. */
const FEW_IMPORTS = 4

/** What the tests that lead say of the files they test: those they are named after, and those they import. */
export function testEvidence({ view, positions, tests }: Candidates): Record<(typeof testNames)[number], Float64Array> {
  const leading = tests.slice(0, TESTS)
  const likely = likelihoods(leading.map(({ score }) => score))
  const subjects = leading.map(({ path }) => subjectName(path))
  const imports = leading.map(({ position }) => importedNames(view, position))
  const empty = () => new Float64Array(positions.length)
  const [bestTest, testsFor, placeOfTest] = [empty(), empty(), empty()]
  for (const [row, position] of positions.entries()) {
    const { path } = view.file(position)
    const subject = subjectName(path)
    const name = nameOf(path)
    for (const n of leading.keys()) {
      const named = subjects[n] === subject
      const imported = imports[n]?.has(name) ?? false
      if (!named && !imported) continue
      const share = likely[n] ?? 0
      const relative = share / (likely[0] ?? 1)
      bestTest[row] = Math.max(bestTest[row] ?? 0, named ? relative : relative * IMPORTED)
      testsFor[row] =
        (testsFor[row] ?? 0) + (named ? share : share / Math.max(1, (imports[n]?.size ?? 0) / FEW_IMPORTS))
      if (named) placeOfTest[row] = Math.max(placeOfTest[row] ?? 0, 1 / (n + 1))
    }
  }
  return { bestTest, testsFor, placeOfTest }
}
