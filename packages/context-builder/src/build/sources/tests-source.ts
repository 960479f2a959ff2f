import { testsOf } from '../../graph/code-graph.ts'
import type { ContextCandidate, ContextSource, SourceRequest } from '../context-source.ts'

const SUBJECTS = 5
const PER_SUBJECT = 2
const OWN = 3

/** Tests of the files ranked first, and tests that match the task themselves. */
export class TestsSource implements ContextSource {
  readonly name = 'tests'

  async collect({ view, ranking, graph }: SourceRequest): Promise<readonly ContextCandidate[]> {
    const candidates: ContextCandidate[] = []
    for (const [at, { position, path }] of (ranking.byRole.get('implementation') ?? []).slice(0, SUBJECTS).entries()) {
      for (const test of testsOf(view, graph, position).slice(0, PER_SUBJECT)) {
        candidates.push({
          kind: 'file',
          position: test,
          why: `test of ${path}`,
          priority: 104 + 2 * at,
          most: 'symbols',
        })
      }
    }
    for (const [at, { position }] of (ranking.byRole.get('test') ?? []).slice(0, OWN).entries()) {
      candidates.push({
        kind: 'file',
        position,
        why: 'a test with words of the task',
        priority: 105 + 2 * at,
        most: 'symbols',
      })
    }
    return candidates
  }
}
