/**
 * Writes the features of the candidates of past commits to a folder, one repository after another, for `fit.ts`. Runs for minutes; the fit then
 * takes seconds.
 *
 *   node --conditions=@patchlane/source benchmarks/recall/dump.ts --out DIR --repo DIR --repo DIR --commits 40
 */
import { featuresOf, readTask, signalsOf } from '@patchlane/context-builder'
import { dumpOptions } from './dump-options.ts'
import { type FeatureCase, rowsOf, writeFeatures } from './feature-file.ts'

const { out, directories, open } = await dumpOptions({ commits: '40', window: '1500' })
for (const directory of directories) {
  const opened = await open(directory)
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
  await writeFeatures(out, { repository: opened.name, head, cases })
  console.error(`${opened.name}: ${cases.length} cases`)
}
