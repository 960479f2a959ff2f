/**
 * Writes the features of the candidates of past commits to a folder, one repository after another, for `fit.ts`. Runs for minutes; the fit then
 * takes seconds.
 *
 *   node --conditions=@patchlane/source benchmarks/recall/dump.ts --out DIR --repo DIR --repo DIR --commits 40
 */
import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { featuresOf, readTask, signalsOf } from '@patchlane/context-builder'
import { type FeatureCase, rowsOf, writeFeatures } from './feature-file.ts'
import { openRepository } from './open-repository.ts'

const { values } = parseArgs({
  options: {
    repo: { type: 'string', multiple: true, default: ['.'] },
    out: { type: 'string' },
    commits: { type: 'string', default: '40' },
    window: { type: 'string', default: '1500' },
    'max-files': { type: 'string', default: '5' },
    state: { type: 'string' },
  },
})
if (values.out === undefined) throw new Error('--out DIR: where the features go.')
await mkdir(values.out, { recursive: true })
for (const directory of values.repo) {
  const opened = await openRepository(directory, {
    state: values.state,
    count: Number(values.commits),
    window: Number(values.window),
    maxFiles: Number(values['max-files']),
    answer: 'implementation',
  })
  const cases: FeatureCase[] = []
  for (const { parent, task, answer: modified } of opened.cases) {
    const view = await opened.index.view({ commit: parent })
    const history = await opened.history.of(parent)
    const positions = [...view.files.keys()].filter((at) => view.file(at).role === 'implementation')
    const features = featuresOf(signalsOf({ view, query: readTask(task), history }), positions)
    const answer = modified.map((path) => positions.indexOf(view.position(path) ?? -1)).filter((row) => row >= 0)
    cases.push({
      values: rowsOf(features, positions.length),
      files: positions.length,
      answer,
      missing: modified.length - answer.length,
    })
  }
  const head = await opened.repository.resolve('HEAD')
  await opened.close()
  await writeFeatures(values.out, { repository: opened.name, head, cases })
  console.error(`${opened.name}: ${cases.length} cases`)
}
