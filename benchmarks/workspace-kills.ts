/**
 * Workspaces under kill -9: holders at work and managers are killed at random moments, holders are frozen, and a reaper looks after the
 * pool. At the end every line that a killed holder had written has to be found in a rescue ref, no workspace may still be taken, and
 * no living holder may have lost its own.
 *
 *   node --conditions=@patchlane/source benchmarks/workspace-kills.ts [--kills 1000] [--seed 1]
 */
import { parseArgs } from 'node:util'
import { runDrill } from '../packages/workspace/test/drill/run-drill.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
})
const started = performance.now()
let told = 0
const report = await runDrill({
  kills: Number(values.kills),
  seed: Number(values.seed),
  onProgress: ({ kills, violations }) => {
    const done = kills.holders + kills.managers
    if (done < told + 50) return
    told = done
    console.error(`${done} kills, ${violations.length} violations`)
  },
})
console.log(JSON.stringify({ ...report, minutes: (performance.now() - started) / 60_000 }, null, 2))
process.exitCode = report.violations.length === 0 ? 0 : 1
