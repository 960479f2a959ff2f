import { digestJson } from '@patchlane/kernel'
import type { CodeView } from '../code-view.ts'
import { EmptyTaskError } from '../errors.ts'
import type { History } from '../history/history.ts'
import type { FileRole } from '../role.ts'
import { codeList } from './code-list.ts'
import type { RankedFile } from './ranked-file.ts'
import { type RefineContext, refined } from './refine.ts'
import { SCORE_UNIT, scoresOf } from './score.ts'
import { type Signals, signalsOf } from './signals.ts'
import { readTask, type TaskQuery } from './task-query.ts'
import type { TextSource } from './text-source.ts'
import type { TreeModel } from './tree-model.ts'
import { defaultTrees } from './trees.ts'
import { defaultWeights, type RankWeights } from './weights.ts'

/** Raise it when the same weights and trees rank otherwise. */
const RANKER_REVISION = 8

export interface RankRequest {
  view: CodeView
  task: string
  /** Only of commits that the view's commit reaches. Without it, the past says nothing. */
  history?: History | undefined
  /** Asked for the texts of the implementation files that lead. Without it, their texts say nothing beyond their words. */
  texts?: TextSource | undefined
}

export interface Ranking {
  query: TaskQuery
  signals: Signals
  /** Best first, by role: implementation, tests and documents do not compete. Files that nothing speaks for are left out. */
  byRole: ReadonlyMap<FileRole, readonly RankedFile[]>
  /** Implementation files with other code among them, where the task speaks of it clearly: what to show first. */
  code: readonly RankedFile[]
}

export interface ContextRankerOptions {
  weights?: Partial<RankWeights>
  /**
   * What puts the implementation files that lead in a better order; null leaves them as the weights have them. Trees are made for the scores of certain
   * weights: with weights far from those, take null, or make trees for them (`benchmarks/recall/fit_trees.py`). @default those made for the default weights
   */
  trees?: TreeModel | null
}

/**
 * Orders the files of a view by how likely a task is about them. No model: words, names, places, and what past commits changed.
 *
 * The same view, task and history give the same order on every machine: scores are rounded, and ties go by path.
 */
export class ContextRanker {
  readonly weights: RankWeights
  readonly #trees: TreeModel | undefined

  constructor({ weights, trees = defaultTrees() }: ContextRankerOptions = {}) {
    this.weights = { ...defaultWeights, ...weights }
    this.#trees = trees ?? undefined
  }

  /** Names the way of ranking: equal versions rank equal states alike. */
  get version(): string {
    const trees = this.#trees?.digest ?? null
    return digestJson({ revision: RANKER_REVISION, weights: this.weights, trees }).slice(0, 16)
  }

  /** @throws {EmptyTaskError} */
  async rank({ view, task, history, texts }: RankRequest): Promise<Ranking> {
    if (task.trim() === '') throw new EmptyTaskError()
    const query = readTask(task)
    const signals = signalsOf({ view, query, history })
    const positions = new Map<FileRole, number[]>()
    for (const [position, { role }] of view.files.entries()) {
      const list = positions.get(role)
      if (list === undefined) positions.set(role, [position])
      else list.push(position)
    }
    const byRole = new Map<FileRole, readonly RankedFile[]>()
    for (const [role, list] of positions) {
      const scores = scoresOf(signals, list, this.weights)
      const files = list.map((position, n) => ({
        position,
        path: view.file(position).path,
        role,
        score: scores[n] ?? 0,
      }))
      byRole.set(role, inOrder(files))
    }
    const implementation = await this.#refined(byRole.get('implementation') ?? [], {
      view,
      query,
      signals,
      history,
      measure: positions.get('implementation') ?? [],
      tests: byRole.get('test') ?? [],
      texts,
      mentionWorth: this.weights.mention / SCORE_UNIT,
    })
    byRole.set('implementation', implementation)
    const code = codeList({ view, signals, weights: this.weights, implementation, positions })
    return { query, signals, byRole, code }
  }

  async #refined(files: readonly RankedFile[], context: RefineContext): Promise<readonly RankedFile[]> {
    return this.#trees === undefined ? files : refined(files, this.#trees, context)
  }
}

/** Positions follow paths, so that they break ties as paths would. */
function inOrder(files: readonly RankedFile[]): RankedFile[] {
  return files.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score || a.position - b.position)
}
