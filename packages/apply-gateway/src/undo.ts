import type { GitRepository } from '@patchlane/git'
import {
  errorMessage,
  type FileChange,
  type IndexDigest,
  type ObjectId,
  type Patch,
  type PatchAuthor,
  type PatchId,
  PatchlaneError,
  patchIdSchema,
  patchSchema,
  type RepoId,
  type TargetName,
  touchedPaths,
  uuidV5,
} from '@patchlane/kernel'
import { UndoRefusedError } from './errors.ts'
import { type LandedCommit, LandedHistory } from './landed-history.ts'
import { landedPatchId, landingMessage, trailerKeys } from './landing-message.ts'

export interface UndoOptions {
  repository: GitRepository
  repoId: RepoId
  target: TargetName
  /** Where the target stands. */
  head: ObjectId
  author: PatchAuthor
  indexVersionOf?: (commit: ObjectId) => Promise<IndexDigest | null>
}

export interface UndoPlan {
  /** What would be proposed: an inverse patch against the head. */
  patch: Patch
  /** The commit that is taken out. */
  undoes: ObjectId
}

/**
 * Builds the patch that takes a landed patch out again, by a three-way merge: what landed since stays. Changes nothing; the result goes
 * down the same road as any patch.
 *
 * @throws {UndoRefusedError} when it never landed, is undone already, or when later work stands on it, with the patches that do.
 */
export async function planUndo(patchId: string, options: UndoOptions): Promise<UndoPlan> {
  const { repository, head } = options
  const history = await new LandedHistory(repository).between(undefined, head)
  const at = history.findIndex((landed) => landed.patchId === patchId)
  const landed = history[at]
  if (landed === undefined) throw new UndoRefusedError(patchId, 'it has not landed on this target', [])
  const later = history.slice(at + 1)
  const undoneBy = standingUndo(patchId, later)
  if (undoneBy !== undefined) throw new UndoRefusedError(patchId, `patch ${undoneBy} has undone it already`, [])
  const { entry } = landed
  const [parent] = entry.parents
  if (parent === undefined) throw new UndoRefusedError(patchId, 'nothing was before it', [])
  const merged = await repository.mergeTrees({ base: entry.commit, ours: head, theirs: parent })
  if (!merged.clean) {
    const paths = merged.conflicts.map(({ path }) => path)
    const dependents = await laterOn(repository, later, paths)
    const by =
      dependents.length === 0
        ? 'the same lines were changed since'
        : `${dependents.length} later landed patches changed the same lines`
    throw new UndoRefusedError(patchId, `${by} in ${paths.join(', ')}`, dependents)
  }
  const changes = await changesOf(repository, patchId, head, merged.tree)
  return { patch: await undoPatch(options, landed, changes), undoes: entry.commit }
}

/** The undo that took the patch out, unless that undo was itself undone. */
function standingUndo(patchId: string, later: readonly LandedCommit[]): string | undefined {
  for (const { patchId: undo, entry } of later) {
    if (entry.trailers.get(trailerKeys.undoes)?.at(-1) !== patchId) continue
    if (standingUndo(undo, later) === undefined) return undo
  }
  return undefined
}

/** Later landings that touch any of the paths, latest first: the order in which they would have to be undone. */
async function laterOn(
  repository: GitRepository,
  later: readonly LandedCommit[],
  paths: readonly string[],
): Promise<string[]> {
  const wanted = new Set(paths)
  const found: string[] = []
  for (const { patchId, entry } of later) {
    const [parent] = entry.parents
    if (parent === undefined || landedPatchId(entry.message) === undefined) continue
    const differences = await repository.diffTrees(parent, entry.commit)
    if (differences.some(({ path }) => wanted.has(path))) found.unshift(patchId)
  }
  return found
}

async function changesOf(
  repository: GitRepository,
  patchId: string,
  head: ObjectId,
  tree: ObjectId,
): Promise<FileChange[]> {
  try {
    const changes = await repository.changesBetween(head, tree)
    if (changes.length > 0) return changes
  } catch (thrown) {
    const cause = PatchlaneError.is(thrown) ? thrown : undefined
    throw new UndoRefusedError(patchId, errorMessage(thrown), [], { cause })
  }
  throw new UndoRefusedError(patchId, 'nothing of it is left in the target', [])
}

async function undoPatch(options: UndoOptions, landed: LandedCommit, changes: FileChange[]): Promise<Patch> {
  const { repoId, target, head, author } = options
  const { patchId, entry } = landed
  return patchSchema.parse({
    // The same undo of the same landing on the same head is the same patch, however often it is asked for.
    patchId: patchIdSchema.parse(uuidV5(JSON.stringify(['undo', patchId, entry.commit, head]))),
    repoId,
    target,
    base: { repoId, commit: head, indexVersion: (await options.indexVersionOf?.(head)) ?? null },
    author,
    title: `Undo: ${entry.subject}`.slice(0, 500),
    description: `Takes out ${entry.commit} (${touchedPaths(changes).length} files).`,
    changes,
    kind: 'undo',
    undoes: patchId,
    removesWorkOf: [patchId],
  })
}

/**
 * Undoes several landed patches, the latest first: each inverse patch stands on the one before it and depends on it, so that they land in
 * order or stop where one cannot.
 *
 * @throws {UndoRefusedError} for the first that cannot be undone even after the others; then nothing is to be proposed.
 */
export async function planUndoOfSeveral(patchIds: readonly string[], options: UndoOptions): Promise<UndoPlan[]> {
  const { repository } = options
  const landed = await new LandedHistory(repository).between(undefined, options.head)
  const order = landed.map(({ patchId }) => patchId).filter((patchId) => patchIds.includes(patchId))
  const missing = patchIds.find((patchId) => !order.some((known) => known === patchId))
  if (missing !== undefined) throw new UndoRefusedError(missing, 'it has not landed on this target', [])
  const plans: UndoPlan[] = []
  let head = options.head
  for (const patchId of order.reverse()) {
    const plan = await planUndo(patchId, { ...options, head })
    const before = plans.at(-1)
    const patch = before === undefined ? plan.patch : { ...plan.patch, dependsOn: [before.patch.patchId] }
    plans.push({ ...plan, patch })
    // The next one is planned as if this one had landed. Dated from the landing, so that asking again gives the same patches.
    head = await repository.commitTree({
      tree: await repository.applyChanges(await repository.treeOf(head), patch.changes),
      parents: [head],
      message: landingMessage(patch),
      author: { name: 'patchlane', email: 'patchlane@localhost', at: 0 },
    })
  }
  return plans
}

/** The patches that a run landed and that still stand, oldest first. */
export async function landedByRun(
  runId: string,
  options: Pick<UndoOptions, 'repository' | 'head'>,
): Promise<PatchId[]> {
  const landed = await new LandedHistory(options.repository).between(undefined, options.head)
  return landed
    .filter(
      ({ entry }) => entry.trailers.get(trailerKeys.run)?.at(-1) === runId && !entry.trailers.has(trailerKeys.undoes),
    )
    .map(({ patchId }) => patchId)
    .filter((patchId) => standingUndo(patchId, landed) === undefined)
}
