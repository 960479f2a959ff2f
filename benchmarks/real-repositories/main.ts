/**
 * Ten agents at once on a repository of somebody else, several runs in a row, each on a fresh clone, with the project's own tests
 * as the check. After each run it is proved with git alone, outside of Patchlane, that
 *
 * - the result is what the recorded proposals give when they are merged one after the other in the order of landing;
 * - nothing that landed is missing;
 * - each landed commit passes the project's whole suite on its own;
 * - what was refused left nothing.
 *
 *   node --conditions=@patchlane/source benchmarks/real-repositories/main.ts --repo DIR --plan FILE --runs 5
 *
 * `--project FILE` (default: `project.json` beside the plan) says how to prepare a clone and how to test it; `--test '["npm","test"]'`
 * replaces its test. `{{agents}}` in the plan is the plan's folder. `--expect-landed N` and `--expect-rejected ID` make a run fail
 * that ends otherwise; `--verbose` shows each run. Ends with a table in Markdown, and with status 1 if a claim does not hold.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { FreshClone } from './fresh-clone.ts'
import { readProject } from './project.ts'
import { type Outcome, tableOf } from './report.ts'
import { judgeRun } from './run-once.ts'

const { values } = parseArgs({
  options: {
    repo: { type: 'string' },
    plan: { type: 'string' },
    project: { type: 'string' },
    test: { type: 'string' },
    runs: { type: 'string', default: '5' },
    'expect-landed': { type: 'string' },
    'expect-rejected': { type: 'string', multiple: true, default: [] },
    verbose: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
})
if (values.repo === undefined || values.plan === undefined) throw new Error('--repo DIR and --plan FILE are needed')

const planFile = resolve(values.plan)
const project = readProject(resolve(values.project ?? join(dirname(planFile), 'project.json')), values.test)
const folder = mkdtempSync(join(tmpdir(), 'patchlane-real-'))
const outcomes: Outcome[] = []
try {
  const plan = join(folder, 'plan.yaml')
  writeFileSync(plan, readFileSync(planFile, 'utf8').replaceAll('{{agents}}', dirname(planFile)))
  for (let run = 1; run <= Number(values.runs); run += 1) {
    const clone = new FreshClone(resolve(values.repo), join(folder, `run-${run}`), project)
    const outcome = judgeRun({ clone, plan, project, verbose: values.verbose })
    const { landed, rejected, failures } = outcome
    if (values['expect-landed'] !== undefined && landed !== Number(values['expect-landed']))
      failures.push(`${landed} patches landed instead of ${values['expect-landed']}`)
    for (const id of values['expect-rejected'])
      if (!rejected.includes(id)) failures.push(`${id} should have been rejected`)
    outcomes.push(outcome)
    console.error(`run ${run}: ${failures.length === 0 ? 'all claims hold' : failures.join('; ')}`)
    if (!values.keep) rmSync(clone.directory, { recursive: true, force: true, maxRetries: 5 })
  }
} finally {
  if (values.keep) console.error(`Kept in ${folder}`)
  else rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
console.log(tableOf(outcomes))
if (outcomes.some(({ failures }) => failures.length > 0)) process.exitCode = 1
