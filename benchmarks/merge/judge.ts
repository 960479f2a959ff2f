import { hasSyntaxErrors } from '@patchlane/syntax'
import type { MergeCase } from './history.ts'

/** What a tool made of a case: the merged bytes, `null` for a conflict, `undefined` for no answer. */
export type Answer = Uint8Array | null | undefined

/** The tally of one tool over many cases. */
export class Tally {
  cases = 0
  /** Clean, and byte for byte what people committed. */
  equal = 0
  /** Clean, and something else. */
  different = 0
  conflict = 0
  /** No answer at all: a crash or a time-out. */
  noAnswer = 0
  /** git was clean and equal, this is not. */
  spoiled = 0
  /** Clean where git conflicts, equal and different. */
  beyondEqual = 0
  beyondDifferent = 0
  /** Of `beyondDifferent`, those with the lines that people committed, in another order or with other blank lines. */
  beyondReordered = 0
  /** Clean where git conflicts, with a syntax error that no input has. */
  broken = 0
  /** Clean where git conflicts, without a word that one side alone added. */
  lost = 0

  add(other: Tally): void {
    for (const key of [
      'cases',
      'equal',
      'different',
      'conflict',
      'noAnswer',
      'spoiled',
      'beyondEqual',
      'beyondDifferent',
      'beyondReordered',
      'broken',
      'lost',
    ] as const) {
      this[key] += other[key]
    }
  }
}

/** Enters a tool's answer to a case; `git` is git's own answer to it. */
export async function enter(tally: Tally, answer: Answer, git: Answer, test: MergeCase): Promise<void> {
  tally.cases++
  const gitWasRight = git != null && test.human.equals(git)
  if (answer === undefined) tally.noAnswer++
  else if (answer === null) tally.conflict++
  const right = answer != null && test.human.equals(answer)
  if (answer != null) tally[right ? 'equal' : 'different']++
  if (gitWasRight && !right) tally.spoiled++
  if (answer == null || git !== null) return
  tally[right ? 'beyondEqual' : 'beyondDifferent']++
  if (!right && sameLines(answer, test.human)) tally.beyondReordered++
  if (await isBroken(answer, test)) tally.broken++
  if (losesWords(answer, test)) tally.lost++
}

/** The same lines that are not blank, each as often, in whatever order. Indentation counts. */
export function sameLines(one: Uint8Array, other: Uint8Array): boolean {
  const linesOf = (bytes: Uint8Array) =>
    Buffer.from(bytes)
      .toString('utf8')
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '')
      .sort()
      .join('\n')
  return linesOf(one) === linesOf(other)
}

async function isBroken(answer: Uint8Array, test: MergeCase): Promise<boolean> {
  const errors = async (bytes: Uint8Array) => {
    try {
      return await hasSyntaxErrors(test.path, Buffer.from(bytes).toString('utf8'))
    } catch {
      return undefined
    }
  }
  if ((await errors(answer)) !== true) return false
  for (const version of [test.base, test.ours, test.theirs]) if ((await errors(version)) === true) return false
  return true
}

/** A word that exactly one side has more often than the base, and that the merge has no more often than the base. */
export function losesWords(answer: Uint8Array, test: MergeCase): boolean {
  const count = (bytes: Uint8Array) => {
    const counts = new Map<string, number>()
    for (const [word] of Buffer.from(bytes)
      .toString('utf8')
      .matchAll(/[\p{L}\p{N}_$]+/gu))
      counts.set(word, (counts.get(word) ?? 0) + 1)
    return counts
  }
  const [base, ours, theirs, merged] = [test.base, test.ours, test.theirs, answer].map(count)
  for (const [side, other] of [
    [ours, theirs],
    [theirs, ours],
  ]) {
    for (const [word, times] of side ?? []) {
      const before = base?.get(word) ?? 0
      const removed = Math.max(0, before - (other?.get(word) ?? 0))
      if (times > before && (other?.get(word) ?? 0) <= before && (merged?.get(word) ?? 0) < times - removed) {
        // Version numbers that both sides raised: the lower one gives way.
        if (!/^\d+$/.test(word)) return true
      }
    }
  }
  return false
}
