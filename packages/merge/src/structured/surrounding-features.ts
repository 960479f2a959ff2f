import type { FileFacts } from './facts.ts'
import type { SetFeature } from './feature-set.ts'
import type { Hunk, HunkContext, Proposal } from './hunk.ts'
import { wordsOf } from './text.ts'

/** How a line begins that imports something. */
export const IMPORT = /^(?:import\b|from\s+\S+\s+import\b|(?:const|var|let)\s.*\brequire\()/

const KEYWORDS = new Set(['import', 'from', 'as', 'type', 'const', 'var', 'let', 'require', 'default'])

/** How a proposal goes with the rest of the file: lines that stand beside it already, names that nothing uses. */
export function surroundingFeatures(
  hunk: Hunk,
  context: HunkContext,
  file: FileFacts,
  { text }: Proposal,
  set: SetFeature,
): void {
  const scaled = (count: number) => Math.log2(1 + count) / 4
  const around = new Set([...context.before, ...context.after].map((line) => line.trim()).filter(isTelling))
  const old = new Set(hunk.base.map((line) => line.trim()))
  const lines = text.split('\n').map((line) => line.trim())
  set('repeats around', scaled(lines.filter((line) => around.has(line) && !old.has(line)).length))
  const twice = (all: readonly string[]) => all.length - new Set(all).size
  const sides = [hunk.ours, hunk.base, hunk.theirs].map((side) =>
    twice(side.map((line) => line.trim()).filter(isTelling)),
  )
  set('repeats itself', scaled(Math.max(0, twice(lines.filter(isTelling)) - Math.max(...sides))))
  if (!lines.some((line) => IMPORT.test(line))) return
  const names = wordsOf(text.replace(/(['"]).*?\1/g, '').replace(/\bfrom\s+[\w.]+/g, '')).filter(
    (name) => !KEYWORDS.has(name),
  )
  const unused = names.filter((name) => file.elsewhere.of(name) === 0).length
  set('unused imports', scaled(unused))
  set('all imports used', unused === 0)
}

/** A line that would not be there twice by chance. */
function isTelling(line: string): boolean {
  return /\w.*\w.*\w.*\w/.test(line)
}
