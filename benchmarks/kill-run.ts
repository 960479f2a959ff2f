// Kills the command line (kill -9 of its whole process group) at random moments of a run, resumes the run, and looks for a torn
// branch or checkout, lost work of the user, a subtask that landed twice or not at all, and anything left behind.
// Run: node --conditions=@patchlane/source benchmarks/kill-run.ts [--kills=10] [--subtasks=12] [--seed=1] [--from=1]
// Moments are drawn from the events a run tells; --from leaves out those before an event, to aim at the landings near the end.
import { parseArgs } from 'node:util'
import { countEvents, killDrill } from '../packages/pipeline/test/support/kill-drill.ts'
import { seededRandom } from '../packages/pipeline/test/support/seeded-random.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    subtasks: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
  },
})
const [kills, subtasks, seed] = [Number(values.kills), Number(values.subtasks), Number(values.seed)]
const from = Number(values.from)
const random = seededRandom(seed)
const events = await countEvents(subtasks)
console.log(
  `${kills} kills of a run of ${subtasks} subtasks, seed ${seed}; undisturbed, the run tells ${events} events.\n`,
)
console.log('| # | killed after event | last event | landed before | went on | exit | seconds to the end | problems |')
console.log('|---|---|---|---|---|---|---|---|')

let failed = 0
for (let number = 1; number <= kills; number++) {
  const moment = { afterEvents: from + Math.floor(random() * (events - 2 - from)), delayMs: Math.floor(random() * 300) }
  const report = await killDrill({ subtasks, ...moment })
  const { killed, lastEvent, landedBefore, wentOn, exitCode, secondsAfter, problems } = report
  if (!killed || problems.length > 0) failed += 1
  const when = `${moment.afterEvents} + ${moment.delayMs} ms${killed ? '' : ' (had ended)'}`
  const found = problems.length === 0 ? 'none' : problems.join('; ').replaceAll(/\s+/g, ' ').replaceAll('|', '/')
  const cells = [number, when, lastEvent, landedBefore, wentOn, exitCode, secondsAfter, found]
  console.log(`| ${cells.join(' | ')} |`)
}
console.log(`\n${kills - failed} of ${kills} whole.`)
process.exitCode = failed === 0 ? 0 : 1
