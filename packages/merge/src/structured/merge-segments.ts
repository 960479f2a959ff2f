import type { Segment } from '../conflict-hunks.ts'
import { confidenceIn, confidenceInAll } from './gate.ts'
import { isRefusal, type Refusal, type Rule, type Versions } from './hunk.ts'
import { withRegularCommas } from './json-commas.ts'
import { type DescribedProposal, proposeForFile } from './propose-file.ts'

export interface SegmentMerge {
  readonly text: string
  readonly rules: readonly Rule[]
  /** How likely it is that people would have written the same, from 0 to 1, by what they did in like cases. */
  readonly confidence: number
}

/** Moves are too rare in the history for a figure of their own: an answer that rests on one is not sure. */
const MOVE_CONFIDENCE = 0.7

/**
 * Settles every conflict of a line merge, or none: for each the proposal that people are likeliest to have made, and only where
 * the file as a whole is likely enough.
 */
export async function mergeSegments(
  versions: Versions,
  segments: readonly Segment[],
  minConfidence: number,
): Promise<SegmentMerge | Refusal> {
  const file = await proposeForFile(versions, segments)
  if (isRefusal(file)) return file
  const rules = new Set<Rule>(file.moved ? ['move'] : [])
  const each: number[] = file.moved ? [MOVE_CONFIDENCE] : []
  let text = ''
  for (const part of file.parts) {
    if (part.kind === 'merged') {
      text += part.lines.join('')
      continue
    }
    const [best, mirrored] = [surest(part.proposals, 'features'), surest(part.proposals, 'mirrored')]
    if (best === undefined) return { refused: 'the sides changed the same words, or too much at one place' }
    // As sure as the less sure way round: a merge must not be clean one way and a conflict the other.
    each.push(Math.min(best.confidence, mirrored?.confidence ?? 0))
    text += best.text
    for (const rule of best.rules) rules.add(rule)
  }
  const confidence = confidenceInAll(each)
  if (confidence < minConfidence) {
    const percent = (share: number) => `${Math.floor(100 * share)} %`
    return { refused: `${[...rules].sort().join(', ')}: ${percent(confidence)} sure, ${percent(minConfidence)} wanted` }
  }
  const merged = file.regularCommas ? withRegularCommas(text) : text
  return { text: withLastLineEnd(merged, versions), rules: [...rules].sort(), confidence }
}

function surest(proposals: readonly DescribedProposal[], view: 'features' | 'mirrored') {
  const judged = proposals.map((proposal) => ({ ...proposal, confidence: confidenceIn(proposal[view]) }))
  return judged.reduce<(typeof judged)[number] | undefined>(
    (best, next) => (best === undefined || next.confidence > best.confidence ? next : best),
    undefined,
  )
}

/** The last line ended as on our side, or as on theirs where only they changed that. A marked conflict cannot tell. */
function withLastLineEnd(text: string, { base, ours, theirs }: Versions): string {
  const ends = (version: string) => version.endsWith('\n')
  const wanted = ends(base) === ends(ours) ? ends(theirs) : ends(ours)
  if (ends(text) === wanted || text === '') return text
  return wanted ? `${text}\n` : text.replace(/\r?\n$/, '')
}
