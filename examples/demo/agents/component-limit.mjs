// Sets the longest allowed path component. Two of these run at once with different numbers: one of them meets the other's
// work, is told so with both sides, and settles on the stricter limit.
import { readFileSync } from 'node:fs'
import { edit } from './edit.mjs'

const wanted = Number(process.argv[2])
const feedbackFile = process.env.PATCHLANE_FEEDBACK
let limit = wanted
if (feedbackFile) {
  const { conflicts = [] } = JSON.parse(readFileSync(feedbackFile, 'utf8'))
  for (const conflict of conflicts) {
    const theirs = /MAX_COMPONENT_BYTES = (\d+)/.exec(conflict.ours ?? '')?.[1]
    console.log(`told of a conflict in ${conflict.path}: the target says ${theirs}, this agent ${wanted}`)
    if (theirs) limit = Math.min(limit, Number(theirs))
  }
}

edit('packages/kernel/src/paths.ts', (text) =>
  text.replace(/^const MAX_COMPONENT_BYTES = \d+.*$/m, `const MAX_COMPONENT_BYTES = ${limit} // asked for: ${wanted}`),
)
