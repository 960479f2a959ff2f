import type { HunkContext } from './hunk.ts'

const VERSION = /\d+(?:\.\d+)+(?:-[\w.]+)?/g

/**
 * Lines that differ only in version numbers, all raised by both sides: the higher one is meant. Ranges (`^`, `~`) must be the
 * same in all three.
 */
export function mergeVersion(ours: string, base: string, theirs: string, context: HunkContext): string | undefined {
  if (context.kind !== 'data') return undefined
  const shape = base.replace(VERSION, '#')
  if (shape === base || ours.replace(VERSION, '#') !== shape || theirs.replace(VERSION, '#') !== shape) return undefined
  const [old, mine, yours] = [base, ours, theirs].map((text) => text.match(VERSION) ?? [])
  if (old === undefined || mine === undefined || yours === undefined) return undefined
  const chosen: string[] = []
  for (const [index, version] of old.entries()) {
    const [left, right] = [mine[index], yours[index]]
    if (left === undefined || right === undefined) return undefined
    const up = [left, right].every((candidate) => (compareVersions(candidate, version) ?? -1) >= 0)
    const order = compareVersions(left, right)
    if (!up || order === undefined) return undefined
    chosen.push(order >= 0 ? left : right)
  }
  return ours.replace(VERSION, () => chosen.shift() ?? '')
}

/** Which of two versions is higher; `undefined` where one is a pre-release, whose order is a matter of intent. */
export function compareVersions(a: string, b: string): number | undefined {
  if (a === b) return 0
  if (a.includes('-') || b.includes('-')) return undefined
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
