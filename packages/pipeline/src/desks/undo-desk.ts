import { landedByRun, planUndo, planUndoOfSeveral, type UndoOptions, type UndoPlan } from '@patchlane/apply-gateway'
import type { QueuedPatch } from '@patchlane/kernel'
import { renderDiff } from '@patchlane/patch-queue/formats'
import { NotFoundError } from '../errors.ts'
import type { UndoPreview } from '../pipeline.ts'
import type { CodeIntelligence } from '../wiring/code-intelligence.ts'
import type { RepositoryContext } from '../wiring/repository-context.ts'
import type { QueuePatchDesk } from './patch-desk.ts'

export interface UndoDeskParts {
  context: RepositoryContext
  patches: QueuePatchDesk
  code: CodeIntelligence
  runs: { find(prefix: string): Promise<string | undefined> }
}

/** Takes landed patches out again: first as a preview, then as patches of their own that walk the same road. */
export class UndoDesk {
  readonly #parts: UndoDeskParts

  constructor(parts: UndoDeskParts) {
    this.#parts = parts
  }

  /** @throws {UndoRefusedError} naming the later patches that build on what would go. */
  async preview(request: { patchId?: string; runId?: string }): Promise<UndoPreview> {
    const { patches } = this.#parts
    const options = await this.#options()
    const plans = await this.#plan(request, options)
    const undone = await Promise.all(plans.map((plan) => this.#undone(plan)))
    return {
      patches: undone.flat(),
      changes: plans.flatMap(({ patch }) => patch.changes),
      diff: plans.map(({ patch }) => renderDiff(patch.changes)).join(''),
      propose: async () => {
        const proposed: QueuedPatch[] = []
        // Each waits for the one before: what landed last goes first.
        for (const { patch } of plans) proposed.push(await patches.propose(patch))
        return proposed
      },
    }
  }

  async #plan(request: { patchId?: string; runId?: string }, options: UndoOptions): Promise<UndoPlan[]> {
    if (request.patchId !== undefined) {
      const { patch } = await this.#parts.patches.get(request.patchId)
      return [await planUndo(patch.patchId, options)]
    }
    // Of a run that is no longer kept the history still knows, by its whole id.
    const runId = (await this.#parts.runs.find(request.runId ?? '')) ?? request.runId ?? ''
    const landed = await landedByRun(runId, options)
    if (landed.length === 0) {
      throw new NotFoundError(
        'landed patch of run',
        runId,
        'See which landed with "patchlane queue list --status landed --json".',
      )
    }
    return planUndoOfSeveral(landed, options)
  }

  async #undone({ patch }: UndoPlan): Promise<QueuedPatch[]> {
    const found = patch.undoes === undefined ? undefined : await this.#parts.patches.find(patch.undoes)
    return found === undefined ? [] : [found]
  }

  async #options(): Promise<UndoOptions> {
    const { context, code } = this.#parts
    const { git, repoId, target, ref } = context
    return {
      repository: git,
      repoId,
      target,
      head: await git.resolve(ref),
      author: { agent: 'undo' },
      indexVersionOf: async (commit) => (await code.stamp(commit)).indexVersion,
    }
  }
}
