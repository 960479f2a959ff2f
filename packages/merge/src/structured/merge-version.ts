import { wordsOf } from './text.ts'

/** A version number with what may follow it: `1.2.0-beta.1`, `1.2.0.beta.1+canary`, `1.2rc1`. */
const VERSION = /\d+(?:\.\d+)+(?:[-+.]?[a-z][\w.+-]*|-\d[\w.+-]*)?/gi

/**
 * Texts that differ only in version numbers, all raised by both sides: the higher one is meant. Ranges (`^`, `~`) must be the
 * same in all three. `undefined` where that is not so, or where the lower one has a word that would be lost.
 */
export function higherVersion(ours: string, base: string, theirs: string): string | undefined {
  const shape = base.replace(VERSION, '#')
  if (shape === base || ours.replace(VERSION, '#') !== shape || theirs.replace(VERSION, '#') !== shape) return undefined
  const [old, mine, yours] = [base, ours, theirs].map((text) => text.match(VERSION) ?? [])
  if (old === undefined || mine === undefined || yours === undefined) return undefined
  const chosen: string[] = []
  for (const [index, version] of old.entries()) {
    const [left, right] = [mine[index], yours[index]]
    if (left === undefined || right === undefined) return undefined
    const up = [left, right].every((candidate) => (compareVersions(candidate, version) ?? 0) >= 0)
    const order = compareVersions(left, right)
    if (!up || order === undefined) return undefined
    const [higher, lower] = order >= 0 ? [left, right] : [right, left]
    // Of the lower one only numbers may go: that it is a `dev` or an `rc` is something its side said.
    const said = lettersOf(lower).filter((word) => !lettersOf(version).includes(word))
    if (said.some((word) => !lettersOf(higher).includes(word))) return undefined
    chosen.push(higher)
  }
  return ours.replace(VERSION, () => chosen.shift() ?? '')
}

/** Which of two versions is higher; `undefined` where they differ only in pre-releases, whose order is a matter of intent. */
export function compareVersions(a: string, b: string): number | undefined {
  if (a === b) return 0
  const [left, right] = [a, b].map((version) => (/^\d+(?:\.\d+)+/.exec(version)?.[0] ?? '').split('.').map(Number))
  for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0)
    if (difference !== 0) return difference
  }
  return isPlain(a) && isPlain(b) ? 0 : undefined
}

function lettersOf(version: string): string[] {
  return wordsOf(version).filter((word) => /\p{L}/u.test(word))
}

function isPlain(version: string): boolean {
  return /^\d+(?:\.\d+)*$/.test(version)
}
