import { LandedHistory, UndoRefusedError } from '@patchlane/apply-gateway'
import {
  type FileChange,
  type ObjectId,
  patchIdSchema,
  patchSchema,
  type QueuedPatch,
  touchedPaths,
  uuidV5,
} from '@patchlane/kernel'
import { renderDiff } from '@patchlane/patch-queue/formats'
import { NotFoundError } from '../errors.ts'
import type { UndoPreview } from '../pipeline.ts'
import type { CodeIntelligence } from '../wiring/code-intelligence.ts'
import type { RepositoryContext } from '../wiring/repository-context.ts'
import type { Stores } from '../wiring/stores.ts'
import type { QueuePatchDesk } from './patch-desk.ts'

export interface UndoDeskParts {
  context: RepositoryContext
  stores: Stores
  patches: QueuePatchDesk
  code: CodeIntelligence
}

/** Takes landed patches out again: first as a preview, then as a patch of its own that walks the same road. */
export class UndoDesk {
  readonly #parts: UndoDeskParts

  constructor(parts: UndoDeskParts) {
    this.#parts = parts
  }

  /** @throws {UndoRefusedError} naming the later patches that build on what would go. */
  async preview(request: { patchId?: string; runId?: string }): Promise<UndoPreview> {
    const { git, target } = this.#parts.context
    const landed = await this.#landed(request)
    const head = await git.resolve(target)
    const headTree = await git.treeOf(head)
    let tree = headTree
    // The latest first: what landed later may build on what landed before.
    for (const { patch, commit } of landed) tree = await this.#without(tree, head, patch, commit)
    const changes = await git.changesBetween(headTree, tree)
    const queued = landed.map(({ patch }) => patch)
    return {
      patches: queued,
      changes,
      diff: renderDiff(changes),
      propose: async () => (changes.length === 0 ? [] : [await this.#propose(queued, changes, head)]),
    }
  }

  async #landed({ patchId, runId }: { patchId?: string; runId?: string }) {
    const { context, patches } = this.#parts
    const found =
      patchId !== undefined
        ? [await patches.get(patchId)]
        : runId !== undefined
          ? await patches.list({ runId, status: ['landed'], limit: 10_000 })
          : []
    const [first] = found
    if (first === undefined)
      throw new NotFoundError('landed patch of run', runId ?? '', 'List runs with "patchlane status".')
    const landed = found.flatMap((patch) => {
      const commit = patch.verdict?.landedCommit
      return patch.status === 'landed' && commit !== undefined ? [{ patch, commit }] : []
    })
    if (landed.length === 0)
      throw new UndoRefusedError(first.patch.patchId, `it has not landed (it is ${first.status})`, [])
    const order = (await context.git.log({ to: context.target, firstParent: true })).map((entry) => entry.commit)
    return landed.sort((a, b) => order.indexOf(a.commit) - order.indexOf(b.commit))
  }

  /** The three-way merge whose base is the landing and whose other side is the state before it: what came later stays. */
  async #without(tree: ObjectId, head: ObjectId, { patch }: QueuedPatch, commit: ObjectId): Promise<ObjectId> {
    const { git } = this.#parts.context
    const [parent] = (await git.readCommit(commit)).parents
    if (parent === undefined) throw new UndoRefusedError(patch.patchId, 'its commit has no parent', [])
    const outcome = await git.mergeTrees({ base: commit, ours: tree, theirs: parent })
    if (outcome.clean) return outcome.tree
    const paths = outcome.conflicts.map((conflict) => conflict.path)
    const dependents = await this.#laterOn(paths, commit, head)
    throw new UndoRefusedError(patch.patchId, `${paths.join(', ')} changed since in the same places`, dependents)
  }

  /** Landed patches, later than a commit, that touched any of the paths. */
  async #laterOn(paths: readonly string[], after: ObjectId, head: ObjectId): Promise<string[]> {
    const later = await new LandedHistory(this.#parts.context.git).between(after, head)
    const touching = await Promise.all(
      later.map(async ({ patchId }) => {
        const entry = await this.#parts.stores.queue.get(patchId)
        return entry !== undefined && touchedPaths(entry.patch.changes).some((path) => paths.includes(path))
          ? [patchId]
          : []
      }),
    )
    return touching.flat()
  }

  async #propose(undone: readonly QueuedPatch[], changes: readonly FileChange[], head: ObjectId): Promise<QueuedPatch> {
    const { context, code, patches } = this.#parts
    const [first, ...others] = undone
    const title = others.length === 0 ? `Undo: ${first?.patch.title ?? ''}` : `Undo ${undone.length} patches`
    const ids = undone.map(({ patch }) => patch.patchId)
    return patches.propose(
      patchSchema.parse({
        // The same undo on the same head is the same patch.
        patchId: patchIdSchema.parse(uuidV5(JSON.stringify(['undo', ids, head]))),
        repoId: context.repoId,
        target: context.target,
        base: await code.stamp(head),
        author: { agent: 'undo' },
        title: title.slice(0, 500),
        description: undone.map(({ patch }) => `Takes out ${patch.patchId}: ${patch.title}`).join('\n'),
        changes: [...changes],
        kind: 'undo',
        ...(others.length === 0 && first !== undefined ? { undoes: first.patch.patchId } : {}),
        removesWorkOf: ids,
      }),
    )
  }
}
