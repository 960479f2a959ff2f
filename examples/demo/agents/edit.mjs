// What the demo's agents share: each is a program that edits files in the folder it is started in, and knows nothing of Patchlane.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export function create(file, content) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  console.log(`wrote ${file}`)
}

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

/** Puts a line in front of the first line that matches. */
export function insertBefore(text, pattern, line) {
  const lines = text.split('\n')
  const at = lines.findIndex((candidate) => pattern.test(candidate))
  if (at < 0) return text
  lines.splice(at, 0, ...line.split('\n'))
  return lines.join('\n')
}
