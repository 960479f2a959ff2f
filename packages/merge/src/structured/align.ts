import { type Edit, editsBetween } from './diff3.ts'
import { Counts, tokensOf, wordsOf } from './text.ts'

/** Lines less alike than this are not the same line, changed. */
const MIN_LIKENESS = 0.5
/** Above this many pairs of lines a stretch is not aligned line by line. */
const MAX_PAIRS = 40_000

/** Lines, and the tokens they consist of. */
export interface TokenizedLines {
  readonly lines: readonly string[]
  readonly tokens: readonly string[]
  /** Where each line's tokens begin; one more entry than lines. */
  readonly starts: readonly number[]
}

export function tokenize(lines: readonly string[]): TokenizedLines {
  const tokens: string[] = []
  const starts: number[] = []
  for (const line of lines) {
    starts.push(tokens.length)
    for (const token of tokensOf(line)) tokens.push(token)
  }
  starts.push(tokens.length)
  return { lines, tokens, starts }
}

/**
 * What turns the tokens of `base` into those of `side`, found line by line first: equal lines are kept, changed lines are paired
 * with the lines they are most like, and only inside a pair are tokens compared. A plain comparison of tokens would tie brackets
 * and commas of unrelated lines together.
 */
export function alignTokens(base: TokenizedLines, side: TokenizedLines): Edit[] | undefined {
  const byLine = editsBetween(base.lines, side.lines)
  if (byLine === undefined) return undefined
  const edits: Edit[] = []
  const at = (of: TokenizedLines, line: number) => of.starts[line] ?? of.tokens.length
  for (const gap of byLine) {
    let [left, right] = [gap.start, gap.from]
    const replace = (end: number, to: number) => {
      if (end > left || to > right)
        edits.push({ start: at(base, left), end: at(base, end), from: at(side, right), to: at(side, to) })
    }
    for (const [mine, yours] of pairLines(base.lines.slice(gap.start, gap.end), side.lines.slice(gap.from, gap.to))) {
      const [baseLine, sideLine] = [gap.start + mine, gap.from + yours]
      replace(baseLine, sideLine)
      const inner = editsBetween(
        base.tokens.slice(at(base, baseLine), at(base, baseLine + 1)),
        side.tokens.slice(at(side, sideLine), at(side, sideLine + 1)),
      )
      if (inner === undefined) return undefined
      const [shift, there] = [at(base, baseLine), at(side, sideLine)]
      for (const { start, end, from, to } of inner)
        edits.push({ start: start + shift, end: end + shift, from: from + there, to: to + there })
      left = baseLine + 1
      right = sideLine + 1
    }
    replace(gap.end, gap.to)
  }
  return joined(edits)
}

/** Edits that touch are one. */
function joined(edits: readonly Edit[]): Edit[] {
  const out: Edit[] = []
  for (const edit of edits) {
    const last = out.at(-1)
    if (last !== undefined && last.end === edit.start && last.to === edit.from)
      out[out.length - 1] = { start: last.start, end: edit.end, from: last.from, to: edit.to }
    else out.push(edit)
  }
  return out
}

/** The pairs of lines, in order, whose likenesses have the greatest sum. */
export function pairLines(base: readonly string[], side: readonly string[]): [number, number][] {
  return pairAlike(base.map(worded), side.map(worded), lineLikeness)
}

/** The pairs of items, in order, whose likenesses have the greatest sum; those too unlike are no pair. */
export function pairAlike<T>(
  base: readonly T[],
  side: readonly T[],
  likenessOf: (a: T, b: T) => number,
): [number, number][] {
  const [rows, columns] = [base.length, side.length]
  if (rows === 0 || columns === 0 || rows * columns > MAX_PAIRS) return []
  const best = Array.from({ length: rows + 1 }, () => new Float64Array(columns + 1))
  const alike = base.map((item) => side.map((other) => likenessOf(item, other)))
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const paired = alike[row]?.[column] ?? 0
      const skip = Math.max(best[row + 1]?.[column] ?? 0, best[row]?.[column + 1] ?? 0)
      const take = paired >= MIN_LIKENESS ? paired + (best[row + 1]?.[column + 1] ?? 0) : 0
      const line = best[row]
      if (line !== undefined) line[column] = Math.max(skip, take)
    }
  }
  const pairs: [number, number][] = []
  let [row, column] = [0, 0]
  while (row < rows && column < columns) {
    const paired = alike[row]?.[column] ?? 0
    const here = best[row]?.[column] ?? 0
    if (paired >= MIN_LIKENESS && here === paired + (best[row + 1]?.[column + 1] ?? 0)) {
      pairs.push([row, column])
      row++
      column++
    } else if (here === (best[row + 1]?.[column] ?? 0)) row++
    else column++
  }
  return pairs
}

interface WordedLine {
  readonly text: string
  readonly words: readonly string[]
  readonly counts: Counts
}

function worded(line: string): WordedLine {
  const words = wordsOf(line)
  return { text: line.trim(), words, counts: new Counts(words) }
}

/** By words; lines without any are alike only when they are equal but for space. */
function lineLikeness(a: WordedLine, b: WordedLine): number {
  if (a.words.length === 0 || b.words.length === 0) return a.text === b.text && a.text !== '' ? 1 : 0
  let shared = 0
  for (const word of b.counts.keys()) shared += Math.min(a.counts.of(word), b.counts.of(word))
  return (2 * shared) / (a.words.length + b.words.length)
}
