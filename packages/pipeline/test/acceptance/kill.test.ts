import { expect, it } from 'vitest'
import { killDrill } from '../support/kill-drill.ts'
import { seededRandom } from '../support/seeded-random.ts'

const random = seededRandom(20_261)

it.concurrent.each([
  ['early', 4, 20],
  ['late', 24, 48],
])(
  'survives kill -9 of the command line %s in a run: whole state, nothing lost, run resumed',
  async (_when, from, to) => {
    const moment = { afterEvents: Math.floor(from + random() * (to - from)), delayMs: Math.floor(random() * 200) }
    const report = await killDrill({ subtasks: 6, ...moment })
    expect(report, JSON.stringify(moment)).toMatchObject({ killed: true, wentOn: 'resumed', exitCode: 0, problems: [] })
  },
  120_000,
)
