import { diff3 } from './diff3.ts'
import type { Refusal } from './hunk.ts'
import { tokensOf, wordsOf } from './text.ts'

/** Words that must stand unchanged between a change of one side and one of the other. */
const MIN_DISTANCE = 1
/** The share of the base's words that both sides must have kept. */
const MIN_KEPT = 0.5

/**
 * Merges lines that both sides changed, word by word: only where the changes are of different words, with words that the
 * sides agree on between them.
 */
export function mergeTokens(ours: string, base: string, theirs: string): { text: string } | Refusal {
  const chunks = diff3(tokensOf(base), tokensOf(ours), tokensOf(theirs))
  if (chunks === undefined) return { refused: 'the lines differ too much' }
  let text = ''
  let lastSide: 'ours' | 'theirs' | undefined
  let distance = 0
  let kept = 0
  for (const chunk of chunks) {
    if (chunk.kind === 'conflict') return { refused: 'both sides changed the same words' }
    if (chunk.kind === 'same') {
      const words = wordsOf(chunk.base.join('')).length
      distance += words
      kept += words
      text += chunk.ours.join('')
      continue
    }
    if (lastSide !== undefined && lastSide !== chunk.kind && distance < MIN_DISTANCE) {
      return { refused: 'the changes of the two sides touch' }
    }
    lastSide = chunk.kind
    distance = 0
    text += chunk[chunk.kind].join('')
  }
  if (kept < MIN_KEPT * wordsOf(base).length) return { refused: 'too little of the lines was kept' }
  return { text }
}
