/**
 * Writes what is known of the files that lead, for past commits of some repositories, to a folder, for `fit_trees.py`. Some commits are asked about a
 * second time without the past or without the texts, so that the trees learn to do without them: a new repository has no past, neither has a shallow
 * clone, and a partial clone has no texts.
 *
 *   node --conditions=@patchlane/source benchmarks/recall/dump-evidence.ts --out DIR --repo DIR --repo DIR --commits 100
 */
import { ContextRanker, candidatesOf, evidenceOf, REFINED, ViewTexts } from '@patchlane/context-builder'
import { dumpOptions } from './dump-options.ts'
import { type EvidenceCase, evidenceRows, writeEvidence } from './evidence-file.ts'

/** What is known, for every fourth commit from this one on. */
const knowledge = [
  { from: 0, past: false, texts: true },
  { from: 2, past: true, texts: false },
]
const EVERY = 4

const { out, directories, open } = await dumpOptions({ commits: '100', window: '2500' })
const ranker = new ContextRanker({ trees: null })
for (const directory of directories) {
  const opened = await open(directory)
  const cases: EvidenceCase[] = []
  for (const [n, { parent, task, answer: modified }] of opened.cases.entries()) {
    const view = await opened.index.view({ commit: parent })
    const history = await opened.history.of(parent)
    const read = new ViewTexts(view, opened.index.reader)
    const answer = new Set(modified.map((path) => view.position(path)))
    const less = knowledge.filter(({ from }) => n % EVERY === from)
    for (const { past, texts } of [{ past: true, texts: true }, ...less]) {
      const known = { history: past ? history : undefined, texts: texts ? read : undefined }
      const { query, signals, byRole } = await ranker.rank({ view, task, ...known })
      const measure = [...view.files.keys()].filter((at) => view.file(at).role === 'implementation')
      const leading = (byRole.get('implementation') ?? []).slice(0, REFINED)
      if (leading.length < 2) continue
      const tests = byRole.get('test') ?? []
      const candidates = candidatesOf(leading, { view, query, signals, ...known, measure, tests, mentionWorth: 0 })
      await known.texts?.load(candidates.positions)
      cases.push({
        values: evidenceRows(evidenceOf(candidates)),
        files: leading.length,
        answer: [...candidates.positions.keys()].filter((row) => answer.has(candidates.positions[row])),
        modified: modified.length,
        past,
        texts,
      })
    }
  }
  const head = await opened.repository.resolve('HEAD')
  await opened.close()
  await writeEvidence(out, { repository: opened.name, head, cases })
  console.error(`${opened.name}: ${cases.length} cases`)
}
