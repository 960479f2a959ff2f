import type { Segment } from './conflict-hunks.ts'
import { guardProblem } from './guards/index.ts'
import { isRefusal, type Unions } from './structured/hunk.ts'
import { mergeSegments, type Versions } from './structured/merge-segments.ts'

/** Work for the thread of the structured merge: settle conflicts, or judge a text that someone else merged. */
export type StructuredTask =
  | {
      readonly kind: 'merge'
      readonly versions: Versions
      readonly segments: readonly Segment[]
      readonly unions: Unions
    }
  | { readonly kind: 'judge'; readonly versions: Versions; readonly text: string }

export type StructuredReply =
  | { readonly kind: 'merged'; readonly text: string; readonly notes: readonly string[] }
  | { readonly kind: 'passed'; readonly reason: string }

/** Does one task. An answer is given only when every guard lets it through. */
export async function doStructuredTask(task: StructuredTask): Promise<StructuredReply> {
  if (task.kind === 'judge') {
    const problem = await guardProblem(task.versions, task.text, [])
    return problem === undefined ? { kind: 'merged', text: task.text, notes: [] } : { kind: 'passed', reason: problem }
  }
  const settled = mergeSegments(task.versions, task.segments, task.unions)
  if (isRefusal(settled)) return { kind: 'passed', reason: settled.refused }
  const problem = await guardProblem(task.versions, settled.text, settled.rules)
  return problem === undefined
    ? { kind: 'merged', text: settled.text, notes: settled.rules }
    : { kind: 'passed', reason: problem }
}
