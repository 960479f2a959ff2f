// Sets how many samples count. Two of these run at once with different numbers: one of them meets the other's work, is told so
// with both sides, and settles on the smaller one.
import { readFileSync } from 'node:fs'
import { edit } from './edit.mjs'

const wanted = Number(process.argv[2])
const feedbackFile = process.env.PATCHLANE_FEEDBACK
let size = wanted
if (feedbackFile) {
  const { conflicts = [] } = JSON.parse(readFileSync(feedbackFile, 'utf8'))
  for (const conflict of conflicts) {
    const theirs = /options\.size \?\? (\d+)/.exec(conflict.ours ?? '')?.[1]
    console.log(`told of a conflict in ${conflict.path}: the target says ${theirs}, this agent ${wanted}`)
    if (theirs) size = Math.min(size, Number(theirs))
  }
}

edit('packages/rate-limit/src/output-estimator.ts', (text) =>
  text.replace(/options\.size \?\? \d+.*$/m, `options.size ?? ${size} // asked for: ${wanted}`),
)
