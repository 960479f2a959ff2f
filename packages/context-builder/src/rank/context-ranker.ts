import type { CodeView } from '../code-view.ts'
import { EmptyTaskError } from '../errors.ts'
import type { CodeGraph } from '../graph/code-graph.ts'
import type { History } from '../history/history.ts'
import type { FileRole } from '../role.ts'
import { followUp, withFollowUp } from './follow-up.ts'
import { scoresOf } from './score.ts'
import { type Signals, signalsOf } from './signals.ts'
import { readTask, type TaskQuery } from './task-query.ts'
import { defaultWeights, type RankWeights } from './weights.ts'

/** One file in the order of its role. */
export interface RankedFile {
  /** In the view. */
  position: number
  path: string
  role: FileRole
  /** A whole number; comparable within one ranking only. */
  score: number
}

export interface RankRequest {
  view: CodeView
  task: string
  /** Only of commits that the view's commit reaches. Without it, the past says nothing. */
  history?: History | undefined
  /** Without it, imports say nothing. */
  graph?: CodeGraph | undefined
}

export interface Ranking {
  query: TaskQuery
  signals: Signals
  /** Best first, by role: implementation, tests and documents do not compete. Files that nothing speaks for are left out. */
  byRole: ReadonlyMap<FileRole, readonly RankedFile[]>
}

/**
 * Orders the files of a view by how likely a task is about them. No model: words, names, places, and what past commits changed.
 *
 * The same view, task and history give the same order on every machine: scores are rounded, and ties go by path.
 */
export class ContextRanker {
  readonly weights: RankWeights

  constructor(options: { weights?: Partial<RankWeights> } = {}) {
    this.weights = { ...defaultWeights, ...options.weights }
  }

  /** @throws {EmptyTaskError} */
  rank({ view, task, history, graph }: RankRequest): Ranking {
    if (task.trim() === '') throw new EmptyTaskError()
    const query = readTask(task)
    const signals = signalsOf({ view, query, history }, this.weights)
    const isImplementation = (position: number) => view.file(position).role === 'implementation'
    const first = scoresOf(signals, this.weights, { counts: isImplementation, inDegree: graph?.inDegree })
    const scores = withFollowUp(
      first,
      followUp(first, { view, history, graph, isCandidate: isImplementation }),
      this.weights,
    )
    const byRole = new Map<FileRole, RankedFile[]>()
    for (const [position, { path, role }] of view.files.entries()) {
      const score = scores[position] ?? 0
      if (score <= 0) continue
      const list = byRole.get(role)
      const file = { position, path, role, score }
      if (list === undefined) byRole.set(role, [file])
      else list.push(file)
    }
    // Positions follow paths, so that they break ties as paths would.
    for (const list of byRole.values()) list.sort((a, b) => b.score - a.score || a.position - b.position)
    return { query, signals, byRole }
  }
}
