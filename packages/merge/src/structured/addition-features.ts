import { entryKey, sourceKey } from './entries.ts'
import { entryOf } from './entry-kind.ts'
import type { SetFeature } from './feature-set.ts'
import type { Hunk, HunkContext, Proposal, Rule } from './hunk.ts'
import { Counts, likeness, wordsOf } from './text.ts'

const ADDING: readonly Rule[] = ['union', 'word-union', 'section', 'entries', 'members']

/**
 * Where both sides added something at one place: what sort of lines they are, which the proposal puts first, and how well that fits
 * the lines around. Only the features named `ours first` tell our side from theirs.
 */
export function additionFeatures(
  hunk: Hunk,
  context: HunkContext,
  proposal: Proposal,
  kind: string,
  set: SetFeature,
): void {
  if (!ADDING.some((rule) => proposal.rules.has(rule))) return
  const { ours, theirs } = hunk
  const entry = entryOf(ours) === entryOf(theirs) ? entryOf(ours) : 'mixed'
  set(`union:${entry}`, 1)
  const first = firstSide(hunk, proposal.text)
  const oursFirst = first === undefined ? 0 : first === 'ours' ? 1 : -1
  set('ours first', oursFirst)
  set(`${kind}&ours first`, oursFirst)
  set(`union:${entry}&ours first`, oursFirst)
  set(`union:${context.kind}&ours first`, oursFirst)
  set(`${kind}&single`, ours.length === 1 && theirs.length === 1)
  const atEnd = context.after.every((line) => line.trim() === '')
  set('union: at end', atEnd)
  set('union: at end&ours first', atEnd ? oursFirst : 0)
  const closes = /^\s*[)\]}]/.test(context.after.find((line) => line.trim() !== '') ?? '')
  set('union: closes&ours first', closes ? oursFirst : 0)
  set('union: before blank', context.after[0]?.trim() === '')
  set('union: after blank', context.before.at(-1)?.trim() === '')
  if (first === undefined) return
  const [one, two] = first === 'ours' ? [ours, theirs] : [theirs, ours]
  const longerFirst = one.length > two.length * 1.5 ? 1 : two.length > one.length * 1.5 ? -1 : 0
  set('union: longer first', longerFirst)
  set(`union:${context.kind}&longer first`, longerFirst)
  describeOrder(one, two, context, entry, set)
  describeGaps(one, two, context, proposal.text, entry, set)
}

/** Whose additions come first in a text; `undefined` where that cannot be told. */
function firstSide({ ours, base, theirs }: Hunk, text: string): 'ours' | 'theirs' | undefined {
  const known = new Counts(wordsOf(base.join('')))
  const [mine, yours] = [new Counts(wordsOf(ours.join(''))), new Counts(wordsOf(theirs.join('')))]
  for (const word of wordsOf(text)) {
    const [left, right] = [mine.of(word), yours.of(word)]
    if (left > known.of(word) && right === 0) return 'ours'
    if (right > known.of(word) && left === 0) return 'theirs'
  }
  return undefined
}

/** Whether the order is that of the list around, and which block goes with which neighbour. */
function describeOrder(
  one: readonly string[],
  two: readonly string[],
  context: HunkContext,
  entry: string,
  set: SetFeature,
): void {
  const heads = [headOf(one), headOf(two)]
  const [a, z] = [entryKey(heads[0] ?? ''), entryKey(heads[1] ?? '')]
  const inOrder = a < z ? 1 : a > z ? -1 : 0
  set('union: in order', inOrder)
  set(`union:${entry}&in order`, inOrder)
  const indent = indentOf(heads[0] ?? '')
  const isPeer = (line: string) => line.trim() !== '' && indentOf(line) === indent && !/^\s*[)\]}]/.test(line)
  const [before, after] = [context.before.filter(isPeer), context.after.filter(isPeer)]
  const keys = [...before.slice(-5).map(entryKey), ...after.slice(0, 5).map(entryKey)]
  const sorted = trend(keys.map((key, at) => (at === 0 ? 0 : compare(keys[at - 1] ?? '', key))).slice(1))
  set('union: order around', sorted * inOrder)
  set('union: sorted around', Math.abs(sorted))
  const numbers = [...before.slice(-5), ...after.slice(0, 5)].map(numberOf).filter((number) => number !== undefined)
  const rising = trend(
    numbers.map((number, at) => (at === 0 ? 0 : Math.sign(number - (numbers[at - 1] ?? 0)))).slice(1),
  )
  const [n, m] = [numberOf(one.join('')), numberOf(two.join(''))]
  if (n !== undefined && m !== undefined) {
    set('union: rising numbers', Math.sign(m - n))
    set('union: numbers around', Math.sign(m - n) * rising)
  }
  const [previous, next] = [before.at(-1), after[0]]
  const kin = (line: string | undefined, block: string | undefined) =>
    line === undefined || block === undefined ? 0 : kinship(line, block)
  set('union: kin', kin(previous, heads[0]) + kin(next, heads[1]) - kin(previous, heads[1]) - kin(next, heads[0]))
  set('union: fits before', previous === undefined ? 0 : compare(entryKey(previous), a))
  set('union: fits behind', next === undefined ? 0 : compare(z, entryKey(next)))
  for (const [name, key] of [
    ['text', entryKey],
    ['source', sourceKey],
  ] as const) {
    const chain = (left: readonly string[], right: readonly string[]) =>
      isRising(
        [previous, headOf(left), ...right.filter(isPeer), next].flatMap((line) =>
          line === undefined ? [] : [key(line)],
        ),
      )
    set(`union: chain by ${name}`, Number(chain(one, two)) - Number(chain(two, one)))
  }
  set('union: at end&in order', next === undefined ? inOrder : 0)
  set('union: same heads', likeness(heads[0] ?? '', heads[1] ?? ''))
  set('union: unlike indents', indentOf(heads[0] ?? '') !== indentOf(heads[1] ?? ''))
}

/** Blank lines before, between and behind the two blocks. */
function describeGaps(
  one: readonly string[],
  two: readonly string[],
  context: HunkContext,
  text: string,
  entry: string,
  set: SetFeature,
): void {
  const lines = text.split(/(?<=\n)/)
  const start = lines.indexOf(headOf(one) ?? '')
  const middle = lines.indexOf(headOf(two) ?? '', start + 1)
  if (start < 0 || middle < 0) return
  const blanksBefore = (all: readonly string[], at: number) => {
    let count = 0
    while (count < at && all[at - 1 - count]?.trim() === '') count++
    return count
  }
  const lead = start === blanksBefore(lines, start) ? start + blanksBefore(context.before, context.before.length) : 0
  const between = blanksBefore(lines, middle)
  const after = [...context.after].reverse()
  const behind = blanksBefore(lines, lines.length) + blanksBefore(after, after.length)
  const opens = /[([{:]\s*$/.test(context.before.at(-1) ?? '')
  const closes = /^\s*[)\]}]/.test(context.after[0] ?? '')
  const inside = Math.max(innerGap(one), innerGap(two))
  set('gap: as before', between === lead ? 1 : opens ? 0 : -1)
  set('gap: as behind', between === behind ? 1 : closes ? 0 : -1)
  set('gap: even', between === lead && between === behind)
  set('gap: none', between === 0)
  set('gap: wide', between > 1)
  set('gap: wider than inside', between > inside)
  set(`union:${entry}&gap`, between > 0)
  const brought = blanksBefore(one, one.length) + blanksBefore([...two].reverse(), two.length)
  set('gap: squeezed', between < brought)
  set('gap: made', between > brought)
}

/** The widest run of blank lines between the first and the last line of a block. */
function innerGap(lines: readonly string[]): number {
  const gaps =
    lines
      .join('')
      .trim()
      .match(/\n(?:[ \t]*\r?\n)+/g) ?? []
  return Math.max(0, ...gaps.map((gap) => gap.split('\n').length - 2))
}

function headOf(lines: readonly string[]): string | undefined {
  return lines.find((line) => line.trim() !== '')
}

function isRising(keys: readonly string[]): boolean {
  return keys.length > 2 && keys.every((key, at) => at === 0 || (keys[at - 1] ?? '') < key)
}

function compare(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0
}

/** How much more often it rises than falls, from -1 to 1; 0 where there is too little to tell. */
function trend(steps: readonly number[]): number {
  return steps.length < 2 ? 0 : steps.reduce((sum, step) => sum + step, 0) / steps.length
}

function kinship(a: string, b: string): number {
  const [x, y] = [entryKey(a), entryKey(b)]
  let shared = 0
  while (shared < Math.min(x.length, y.length) && x[shared] === y[shared]) shared++
  return (shared / Math.max(1, Math.min(x.length, y.length)) + likeness(a, b)) / 4
}

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}

function numberOf(text: string): number | undefined {
  const found = /#(\d{2,})/.exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}
