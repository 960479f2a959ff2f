/**
 * Writes what is known of the files that lead, for past commits of some repositories, to a folder, for `fit_trees.py`. Every fourth commit is asked
 * about a second time without the past, so that the trees learn to do without it: a new repository has none, and neither has a shallow clone.
 *
 *   node --conditions=@patchlane/source benchmarks/recall/dump-evidence.ts --out DIR --repo DIR --repo DIR --commits 100
 */
import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { ContextRanker, candidatesOf, evidenceOf, type History, REFINED } from '@patchlane/context-builder'
import { type EvidenceCase, evidenceRows, writeEvidence } from './evidence-file.ts'
import { openRepository } from './open-repository.ts'

const WITHOUT_PAST = 4

const { values } = parseArgs({
  options: {
    repo: { type: 'string', multiple: true, default: ['.'] },
    out: { type: 'string' },
    commits: { type: 'string', default: '100' },
    window: { type: 'string', default: '2500' },
    'max-files': { type: 'string', default: '5' },
    state: { type: 'string' },
  },
})
if (values.out === undefined) throw new Error('--out DIR: where the evidence goes.')
await mkdir(values.out, { recursive: true })
const ranker = new ContextRanker({ trees: null })
for (const directory of values.repo) {
  const opened = await openRepository(directory, {
    state: values.state,
    count: Number(values.commits),
    window: Number(values.window),
    maxFiles: Number(values['max-files']),
    answer: 'implementation',
  })
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
  await writeEvidence(values.out, { repository: opened.name, head, cases })
  console.error(`${opened.name}: ${cases.length} cases`)
}
