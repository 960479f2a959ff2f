import type { Segment } from './conflict-hunks.ts'
import { guardProblem } from './guards/index.ts'
import { isRefusal, type Versions } from './structured/hunk.ts'
import { mergeSegments } from './structured/merge-segments.ts'

/** Work for the thread of the structured merge: settle conflicts, or judge a text that someone else merged. */
export type StructuredTask =
  | {
      readonly kind: 'merge'
      readonly versions: Versions
      readonly segments: readonly Segment[]
      /** How sure an answer has to be, from 0 to 1. */
      readonly minConfidence: number
    }
  | { readonly kind: 'judge'; readonly versions: Versions; readonly text: string }

export type StructuredReply =
  | {
      readonly kind: 'merged'
      readonly text: string
      readonly notes: readonly string[]
      /** How likely people are to have written the same; absent where a text was only judged. */
      readonly confidence?: number
    }
  | { readonly kind: 'passed'; readonly reason: string }

/** Does one task. An answer is given only when every guard lets it through. */
export async function doStructuredTask(task: StructuredTask): Promise<StructuredReply> {
  if (task.kind === 'judge') {
    const problem = await guardProblem(task.versions, task.text, [])
    return problem === undefined ? { kind: 'merged', text: task.text, notes: [] } : { kind: 'passed', reason: problem }
  }
  const settled = await mergeSegments(task.versions, task.segments, task.minConfidence)
  if (isRefusal(settled)) return { kind: 'passed', reason: settled.refused }
  const problem = await guardProblem(task.versions, settled.text, settled.rules)
  return problem === undefined
    ? { kind: 'merged', text: settled.text, notes: settled.rules, confidence: settled.confidence }
    : { kind: 'passed', reason: problem }
}
