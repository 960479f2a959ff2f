/**
 * Writes what is known of the files that lead, for past commits of some repositories, to a folder, for `fit_trees.py`. Every fourth commit is asked
 * about a second time without the past, so that the trees learn to do without it: a new repository has none, and neither has a shallow clone.
 *
 *   node --conditions=@patchlane/source benchmarks/recall/dump-evidence.ts --out DIR --repo DIR --repo DIR --commits 100
 */
import { ContextRanker, candidatesOf, evidenceOf, type History, REFINED } from '@patchlane/context-builder'
import { dumpOptions } from './dump-options.ts'
import { type EvidenceCase, evidenceRows, writeEvidence } from './evidence-file.ts'

const WITHOUT_PAST = 4

const { out, directories, open } = await dumpOptions({ commits: '100', window: '2500' })
const ranker = new ContextRanker({ trees: null })
for (const directory of directories) {
  const opened = await open(directory)
  const cases: EvidenceCase[] = []
  for (const [n, { parent, task, answer: modified }] of opened.cases.entries()) {
    const view = await opened.index.view({ commit: parent })
    const history = await opened.history.of(parent)
    const answer = new Set(modified.map((path) => view.position(path)))
    const pasts: (History | undefined)[] = n % WITHOUT_PAST === 0 ? [history, undefined] : [history]
    for (const past of pasts) {
      const { query, signals, byRole } = ranker.rank({ view, task, history: past })
      const measure = [...view.files.keys()].filter((at) => view.file(at).role === 'implementation')
      const leading = (byRole.get('implementation') ?? []).slice(0, REFINED)
      if (leading.length < 2) continue
      const candidates = candidatesOf(leading, { view, query, signals, history: past, measure, mentionWorth: 0 })
      cases.push({
        values: evidenceRows(evidenceOf(candidates)),
        files: leading.length,
        answer: [...candidates.positions.keys()].filter((row) => answer.has(candidates.positions[row])),
        modified: modified.length,
        past: past !== undefined,
      })
    }
  }
  const head = await opened.repository.resolve('HEAD')
  await opened.close()
  await writeEvidence(out, { repository: opened.name, head, cases })
  console.error(`${opened.name}: ${cases.length} cases`)
}
