import { lineMerge } from '@patchlane/merge'
import { answersIn, readSegments, safeMarkerSize } from '../../packages/merge/src/conflict-hunks.ts'
import type { MergeCase } from './history.ts'
import { losesWords, sameLines } from './judge.ts'

/** How an answer differs from what people committed, surest first. */
export const differences = [
  /** They also changed text that git had merged without a conflict. */
  'changed more',
  /** They left out a word that one side had added. */
  'dropped a change',
  /** They have the same lines in another order, or other blank lines. */
  'order',
  'other',
] as const
export type Difference = (typeof differences)[number]

export async function differenceOf(answer: Uint8Array, test: MergeCase): Promise<Difference> {
  const [base, ours, theirs, human] = [test.base, test.ours, test.theirs, test.human].map((bytes) =>
    bytes.toString('utf8'),
  )
  const markerSize = safeMarkerSize([base ?? '', ours ?? '', theirs ?? ''])
  const labels = { ours: 'ours', base: 'base', theirs: 'theirs' }
  const request = {
    path: test.path,
    base: test.base,
    ours: test.ours,
    theirs: test.theirs,
  }
  const marked = await lineMerge({
    ...request,
    style: 'diff3',
    labels,
    markerSize,
    timeoutMs: 20_000,
  })
  const segments =
    marked.kind === 'merged' ? readSegments(Buffer.from(marked.content).toString('utf8'), markerSize) : []
  if (answersIn(segments, human ?? '') === undefined) return 'changed more'
  if (losesWords(test.human, test)) return 'dropped a change'
  return sameLines(answer, test.human) ? 'order' : 'other'
}
