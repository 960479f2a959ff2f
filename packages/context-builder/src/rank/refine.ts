import type { Candidates } from './evidence/candidates.ts'
import { evidenceOf } from './evidence/evidence.ts'
import type { RankedFile } from './ranked-file.ts'
import { SCORE_UNIT } from './score.ts'
import type { TreeModel } from './tree-model.ts'

/** Files beyond these are rarely meant; they stay where they are. */
export const REFINED = 60

/** What the leading files were scored by. */
export interface RefineContext extends Omit<Candidates, 'positions' | 'scores'> {
  /** What a path in the task is worth in their scores, in units of those. */
  mentionWorth: number
}

/**
 * Puts the files that lead in a better order: to what the score of each adds up, the trees add what only shows beside the other files, or counts in some
 * cases alone. The places keep their scores, so that what goes by a score goes by the same as before.
 */
export async function refined(
  ranked: readonly RankedFile[],
  trees: TreeModel,
  context: RefineContext,
): Promise<RankedFile[]> {
  const leading = ranked.slice(0, REFINED)
  if (leading.length < 2) return [...ranked]
  const candidates = candidatesOf(leading, context)
  await context.texts?.load(candidates.positions)
  const corrections = trees.scores(evidenceOf(candidates))
  const correctionOf = new Map(candidates.positions.map((position, n) => [position, corrections[n] ?? 0]))
  const order = leading
    .map((file) => ({ file, total: file.score + Math.round((correctionOf.get(file.position) ?? 0) / SCORE_UNIT) }))
    .sort((a, b) => b.total - a.total || a.file.position - b.file.position)
  return [...order.map(({ file }, n) => ({ ...file, score: leading[n]?.score ?? 0 })), ...ranked.slice(REFINED)]
}

/** The files that lead, in the order they have without a path in the task: the trees learned from tasks that have none. */
export function candidatesOf(leading: readonly RankedFile[], { mentionWorth, ...context }: RefineContext): Candidates {
  const plain = leading
    .map(({ position, score }) => ({
      position,
      score: score - Math.round(mentionWorth * (context.signals.mention[position] ?? 0)),
    }))
    .sort((a, b) => b.score - a.score || a.position - b.position)
  return {
    ...context,
    positions: plain.map(({ position }) => position),
    scores: plain.map(({ score }) => score),
  }
}
