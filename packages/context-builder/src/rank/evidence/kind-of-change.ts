import type { History } from '../../history/history.ts'
import { stem } from '../../words.ts'

/** What a first line says is done, where a word of it tells. */
const kinds: readonly { pattern: RegExp; words: readonly string[] }[] = [
  {
    pattern: /^feat|\b(?:add|support|implement|allow|introduce)/,
    words: ['feat', 'add', 'support', 'implement', 'allow', 'introduce'],
  },
  { pattern: /^fix|\bfix|bug|crash|error/, words: ['fix', 'bug', 'crash', 'error'] },
  {
    pattern: /refactor|rename|move|clean|simplif|remove|extract/,
    words: ['refactor', 'rename', 'move', 'clean', 'cleanup', 'simplify', 'remove', 'extract'],
  },
  { pattern: /perf|speed|fast|optimi/, words: ['perf', 'speed', 'fast', 'faster', 'optimize', 'optimise'] },
]

/** From 1 on, the first kind that fits; 0 where none does. */
export function kindOfTitle(title: string): number {
  const lower = title.toLowerCase()
  return kinds.findIndex(({ pattern }) => pattern.test(lower)) + 1
}

const known = new WeakMap<History, Uint8Array>()

/** The same of each past commit, by the words of its message. */
export function kindsOfPast(history: History): Uint8Array {
  const before = known.get(history)
  if (before !== undefined) return before
  const found = new Uint8Array(history.commits.length)
  for (const [at, { words }] of [...kinds.entries()].reverse()) {
    for (const word of words) {
      history.eachMention(stem(word), (commit) => {
        found[commit] = at + 1
      })
    }
  }
  known.set(history, found)
  return found
}
