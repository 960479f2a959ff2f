// What the agents in JavaScript share: each edits files in the folder it is started in, and knows nothing of Patchlane.
import { readFileSync, writeFileSync } from 'node:fs'

/** Rewrites a file; ends with status 1 when there was nothing to change, as a codemod that missed its place should. */
export function edit(file, change) {
  const before = readFileSync(file, 'utf8')
  const after = change(before)
  if (after === before) {
    console.error(`${file}: found nothing to change`)
    process.exit(1)
  }
  writeFileSync(file, after)
  console.log(`edited ${file}`)
}

/** The numbers that stand on the target where this agent's attempt before met somebody else's. */
export function numbersOnTarget(pattern) {
  const file = process.env.PATCHLANE_FEEDBACK
  if (!file) return []
  const { conflicts = [] } = JSON.parse(readFileSync(file, 'utf8'))
  return conflicts.flatMap((conflict) => {
    const found = pattern.exec(conflict.ours ?? '')?.[1]
    return found === undefined ? [] : [Number(found)]
  })
}
