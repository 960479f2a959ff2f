import { crossingProblem } from './crossing.ts'
import { type Chunk, diff3 } from './diff3.ts'
import type { HunkContext, Refusal, Resolution } from './hunk.ts'
import { isRefusal } from './hunk.ts'
import { mergeForm } from './merge-form.ts'
import { mergeTokens } from './merge-tokens.ts'
import { mergeUnion } from './merge-union.ts'
import { mergeVersion } from './merge-version.ts'
import { likeness, lineCounts, tokensOf, withoutSpace } from './text.ts'

/** Below this likeness a changed line is a new one, and its neighbourhood is no longer what the other side saw. */
const MIN_LIKENESS = 0.5
const MAX_NEIGHBOUR_LINES = 3

/** Settles one conflict of a line merge, or says why it is left to people. */
export function mergeConflict(
  ours: readonly string[],
  base: readonly string[],
  theirs: readonly string[],
  context: HunkContext,
): Resolution | Refusal {
  const reformed = mergeForm(ours, base, theirs)
  if (reformed !== undefined) return { lines: reformed, rules: ['indentation'] }
  const chunks = diff3(base, ours, theirs)
  if (chunks === undefined) return { refused: 'the sides differ too much' }
  // Two blocks at one place may well share a line; the union looks at them itself.
  const twice = base.length === 0 ? undefined : addedByBoth(ours, base, theirs)
  if (twice !== undefined) return { refused: `both sides added ${JSON.stringify(twice)}` }
  const crossing = crossingProblem({ ours: ours.join(''), base: base.join(''), theirs: theirs.join('') }, marksOf)
  if (crossing !== undefined) return { refused: crossing }
  const rules = new Set<string>()
  const lines: string[] = []
  for (const [index, chunk] of chunks.entries()) {
    const previous = chunks[index - 1]
    if (previous !== undefined) {
      const problem = neighbourProblem(previous, chunk, context)
      if (problem !== undefined) return { refused: problem }
      if (previous.kind !== 'same' && chunk.kind !== 'same') rules.add('neighbours')
    }
    if (chunk.kind !== 'conflict') {
      lines.push(...chunk[chunk.kind === 'theirs' ? 'theirs' : 'ours'])
      continue
    }
    const around = {
      ...context,
      before: [...context.before, ...lines],
      after: [...chunks.slice(index + 1).flatMap((next) => next.ours), ...context.after],
    }
    const settled = settle(chunk, around)
    if (isRefusal(settled)) return settled
    lines.push(...settled.lines)
    for (const rule of settled.rules) rules.add(rule)
  }
  return { lines, rules: [...rules] }
}

/** A line that both sides brought in: whether it is meant once or twice is not for us to say. */
function addedByBoth(ours: readonly string[], base: readonly string[], theirs: readonly string[]): string | undefined {
  const [mine, old, yours] = [lineCounts(ours), lineCounts(base), lineCounts(theirs)]
  for (const line of mine.keys()) {
    if (line.length > 3 && mine.of(line) > old.of(line) && yours.of(line) > old.of(line)) return line
  }
  return undefined
}

/** Why two changes that touch, one of each side, cannot both be taken; `undefined` if they can, or are not of that sort. */
function neighbourProblem(a: Chunk<string>, b: Chunk<string>, context: HunkContext): string | undefined {
  if (a.kind === 'same' || b.kind === 'same' || a.kind === b.kind) return undefined
  if (a.kind === 'conflict' || b.kind === 'conflict') return 'a change touches lines that both sides changed'
  if (context.kind === 'data') return undefined
  const [first, second] = [shapeOf(a), shapeOf(b)]
  if (first.kind === 'rewrite' || second.kind === 'rewrite')
    return 'a rewritten line touches a change of the other side'
  if (first.kind === 'insert' && second.kind === 'delete') return 'lines were added where the other side took some away'
  if (first.kind === 'delete' && second.kind === 'insert') return 'lines were added where the other side took some away'
  if (Math.max(first.size, second.size) > MAX_NEIGHBOUR_LINES) return 'large changes of the two sides touch'
  return undefined
}

type Shape = { readonly kind: 'insert' | 'delete' | 'edit' | 'rewrite'; readonly size: number }

function shapeOf(chunk: Chunk<string>): Shape {
  const after = chunk.kind === 'theirs' ? chunk.theirs : chunk.ours
  if (chunk.base.length === 0) return { kind: 'insert', size: 0 }
  if (after.length === 0) return { kind: 'delete', size: chunk.base.length }
  const alike = after.length === chunk.base.length && likeness(chunk.base.join(''), after.join('')) >= MIN_LIKENESS
  return { kind: alike ? 'edit' : 'rewrite', size: chunk.base.length }
}

/** Settles lines that both sides changed. */
function settle(chunk: Chunk<string>, context: HunkContext): Resolution | Refusal {
  const [ours, base, theirs] = [chunk.ours.join(''), chunk.base.join(''), chunk.theirs.join('')]
  if (base === '') return mergeUnion(chunk.ours, chunk.theirs, context)
  if (ours === '' || theirs === '') return { refused: 'one side removed what the other changed' }
  const version = mergeVersion(ours, base, theirs, context)
  if (version !== undefined) return { lines: [version], rules: ['version'] }
  if (withoutSpace(ours) === withoutSpace(theirs)) return { refused: 'the sides differ only in form' }
  if (chunk.ours.length !== chunk.base.length || chunk.theirs.length !== chunk.base.length) {
    return { refused: 'both sides changed the same lines, and not line by line' }
  }
  const merged = mergeTokens(ours, base, theirs)
  if (isRefusal(merged)) return merged
  return { lines: [merged.text], rules: ['words'] }
}

/** Words, versions and quotes: what a systematic change replaces throughout. */
function marksOf(text: string): string[] {
  return tokensOf(text).filter((token) => /^[\p{L}\p{N}_$'"`;]/u.test(token))
}
