import { alignTokens, tokenize } from './align.ts'
import { type Chunk, diff3, weave } from './diff3.ts'
import type { SetFeature } from './feature-set.ts'
import type { Hunk } from './hunk.ts'
import { likeness, wordsOf } from './text.ts'

/** How the changes of the two sides lie to each other. */
export function describeCloseness(hunk: Hunk, set: SetFeature): void {
  const chunks = diff3(hunk.base, hunk.ours, hunk.theirs)
  if (chunks !== undefined) for (const name of touchesIn(chunks)) set(`touch:${name}`, 1)
  const [base, ours, theirs] = [tokenize(hunk.base), tokenize(hunk.ours), tokenize(hunk.theirs)]
  const [left, right] = [alignTokens(base, ours), alignTokens(base, theirs)]
  if (left === undefined || right === undefined) return
  const woven = weave({ base: base.tokens, ours: ours.tokens, theirs: theirs.tokens }, left, right)
  const { nearest, alternations } = spacing(woven)
  const sameWords = woven.some((chunk) => chunk.kind === 'conflict')
  set('adjacent', nearest === 0)
  set('near', nearest === 1)
  set('same words', sameWords)
  set('alternations', Math.log2(1 + alternations) / 4)
}

function touchesIn(chunks: readonly Chunk<string>[]): Set<string> {
  const found = new Set<string>()
  for (const [index, chunk] of chunks.entries()) {
    const previous = chunks[index - 1]
    if (previous === undefined || previous.kind === 'same' || chunk.kind === 'same' || previous.kind === chunk.kind)
      continue
    if (chunk.kind === 'conflict' || previous.kind === 'conflict') found.add('conflict')
    else found.add([shapeOf(previous), shapeOf(chunk)].sort().join('-'))
  }
  return found
}

function shapeOf(chunk: Chunk<string>): string {
  const after = chunk.kind === 'theirs' ? chunk.theirs : chunk.ours
  if (chunk.base.length === 0) return 'insert'
  if (after.length === 0) return 'delete'
  return after.length === chunk.base.length && likeness(chunk.base.join(''), after.join('')) >= 0.5 ? 'edit' : 'rewrite'
}

/** How near changes of the two sides come to each other, in words, and how often they take turns. */
function spacing(chunks: readonly Chunk<string>[]): { nearest: number; alternations: number } {
  let nearest = Number.POSITIVE_INFINITY
  let alternations = 0
  let last: string | undefined
  let distance = 0
  for (const chunk of chunks) {
    if (chunk.kind === 'same') {
      distance += wordsOf(chunk.base.join('')).length
      continue
    }
    if (last !== undefined && chunk.kind !== last) {
      nearest = Math.min(nearest, distance)
      alternations++
    }
    last = chunk.kind
    distance = 0
  }
  return { nearest, alternations }
}
