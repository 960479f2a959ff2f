import type { GitRepository, MergeConflict } from '@patchlane/git'
import {
  type Clock,
  errorMessage,
  type FileConflict,
  type FileMode,
  fileModeSchema,
  type ObjectId,
  type Patch,
  PatchlaneError,
} from '@patchlane/kernel'
import type { ContentMerger } from './content-merger.ts'
import { landingMessage } from './landing-message.ts'
import type { StagedPatch } from './landing-verdict.ts'
import { findLostWork } from './lost-work.ts'
import { mergeIntents } from './merge-intents.ts'
import { findNewCollision } from './path-collisions.ts'
import type { Refusal } from './refusal.ts'

export interface StageRequest {
  patch: Patch
  /** The commit to land on: the head, or the patch ahead in the train. */
  onto: ObjectId
  signal?: AbortSignal
}

export interface Staged extends StagedPatch {
  /** The patch alone, on its own base. */
  patchTree: ObjectId
  /** How each file was merged, where it was more than taking the patch's side. */
  merges: Record<string, string>
}

export type StageOutcome = { staged: Staged } | { refusal: Refusal }

/** Makes a landing commit of a patch, with git objects alone: nothing that a person sees changes. */
export class PatchStager {
  readonly #repository: GitRepository
  readonly #merger: ContentMerger | undefined
  readonly #clock: Clock

  constructor(options: { repository: GitRepository; merger: ContentMerger | undefined; clock: Clock }) {
    this.#repository = options.repository
    this.#merger = options.merger
    this.#clock = options.clock
  }

  async stage(request: StageRequest): Promise<StageOutcome> {
    const { patch, onto } = request
    const repository = this.#repository
    const baseTree = await repository.treeOf(patch.base.commit)
    let patchTree: ObjectId
    try {
      patchTree = await repository.applyChanges(baseTree, patch.changes)
    } catch (thrown) {
      if (!PatchlaneError.is(thrown) || thrown.code !== 'GIT_TREE_CONFLICT') throw thrown
      return { refusal: { status: 'rejected', code: 'PATCH_PATH_COLLISION', message: errorMessage(thrown) } }
    }
    if (patchTree === baseTree) return { refusal: nothing('rejected', 'PATCH_EMPTY', 'The patch changes nothing.') }
    const headTree = await repository.treeOf(onto)
    const merged =
      headTree === baseTree
        ? { tree: patchTree, merges: {}, conflicts: [] }
        : await this.#merge(request, baseTree, patchTree, headTree)
    if (merged.conflicts.length > 0) return { refusal: conflicted(merged.conflicts) }
    if (merged.tree === headTree) {
      const message = 'All that the patch changes is in the target already.'
      return { refusal: nothing('superseded', 'NOTHING_TO_LAND', message) }
    }
    const differences = await repository.diffTrees(headTree, merged.tree)
    const created = differences.filter(({ status }) => status === 'added').map(({ path }) => path)
    const collision = await findNewCollision(repository, merged.tree, created)
    if (collision !== undefined) {
      const message = `${collision[0]} and ${collision[1]} are the same file on some systems.`
      return {
        refusal: {
          status: 'rejected',
          code: 'PATCH_PATH_COLLISION',
          message,
          remedy: 'Give the new file another name.',
        },
      }
    }
    const staged = {
      patchId: patch.patchId,
      base: onto,
      tree: merged.tree,
      commit: await this.commit(patch, onto, merged.tree),
      patchTree,
      merges: merged.merges,
    }
    const lost = headTree === baseTree ? [] : await this.lostWork(patch, staged)
    return lost.length > 0 ? { refusal: conflicted(lost) } : { staged }
  }

  /** What landing a staged tree would take out of the head beyond what the patch takes out of its base. */
  lostWork(patch: Patch, staged: Staged): Promise<FileConflict[]> {
    return findLostWork(this.#repository, {
      patchBase: patch.base.commit,
      patchTree: staged.patchTree,
      head: staged.base,
      tree: staged.tree,
      removesWorkOf: patch.removesWorkOf,
    })
  }

  /** The landing commit for a tree. */
  commit(patch: Patch, parent: ObjectId, tree: ObjectId): Promise<ObjectId> {
    const at = this.#clock.now()
    const mail = patch.author.agent.replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    return this.#repository.commitTree({
      tree,
      parents: [parent],
      message: landingMessage(patch),
      author: { name: patch.author.agent, email: `${mail}@agents.patchlane.invalid`, at },
      committer: { name: 'Patchlane', email: 'gateway@patchlane.invalid', at },
    })
  }

  async #merge(
    request: StageRequest,
    baseTree: ObjectId,
    patchTree: ObjectId,
    headTree: ObjectId,
  ): Promise<{ tree: ObjectId; merges: Record<string, string>; conflicts: FileConflict[] }> {
    const repository = this.#repository
    const outcome = await repository.mergeTrees({
      base: baseTree,
      ours: headTree,
      theirs: patchTree,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    })
    const merges: Record<string, string> = {}
    for (const path of outcome.autoMerged) merges[path] = 'merge-ort'
    const conflicts: FileConflict[] = []
    const resolved: { path: string; entry: { mode: FileMode; oid: ObjectId } }[] = []
    for (const conflict of outcome.conflicts) {
      const answer = await this.#resolve(request, conflict, outcome.tree)
      if ('conflict' in answer) conflicts.push(answer.conflict)
      else {
        merges[conflict.path] = answer.strategy
        resolved.push({ path: conflict.path, entry: answer.entry })
      }
    }
    if (!outcome.clean && outcome.conflicts.length === 0) {
      conflicts.push({ path: '', kind: 'content', message: 'git could not merge and named no file.' })
    }
    const tree =
      conflicts.length > 0 || resolved.length === 0 ? outcome.tree : await repository.writeTree(outcome.tree, resolved)
    return { tree, merges, conflicts }
  }

  async #resolve(
    request: StageRequest,
    conflict: MergeConflict,
    tree: ObjectId,
  ): Promise<{ entry: { mode: FileMode; oid: ObjectId }; strategy: string } | { conflict: FileConflict }> {
    const repository = this.#repository
    const { path, base, ours, theirs } = conflict
    const mode = mergedMode(conflict)
    const read = async (side: { oid: ObjectId } | null) => (side === null ? null : await repository.readBlob(side.oid))
    const isText = conflict.kind === 'content' || conflict.kind === 'add/add'
    const [baseBytes, ourBytes, theirBytes] = isText ? await Promise.all([read(base), read(ours), read(theirs)]) : []
    const labels = { base: 'base', ours: 'target', theirs: `patch ${request.patch.patchId}` }
    let reason: string | undefined
    if (this.#merger !== undefined && mode !== undefined && ourBytes && theirBytes) {
      const answer = await this.#merger.merge({
        path,
        base: baseBytes ?? null,
        ours: ourBytes,
        theirs: theirBytes,
        labels,
        intents: () => mergeIntents(repository, { ...request, path }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      })
      if (answer.clean) {
        return { entry: { mode, oid: await repository.writeBlob(answer.content) }, strategy: answer.strategy }
      }
      reason = answer.reason
    }
    const marked = await repository.readFile(tree, path).catch(() => null)
    const text = (bytes: Uint8Array | null | undefined) =>
      bytes === undefined || bytes === null || bytes.includes(0) ? null : Buffer.from(bytes).toString('utf8')
    const withMarkers = text(marked?.content)
    const message = conflict.messages.join(' ') || `Both sides changed ${path} (${conflict.kind}).`
    return {
      conflict: {
        path,
        kind: isText && [ourBytes, theirBytes].some((bytes) => bytes?.includes(0)) ? 'binary' : conflict.kind,
        ...(withMarkers === null || !withMarkers.includes('<<<<<<<') ? {} : { marked: relabel(withMarkers, labels) }),
        base: text(baseBytes),
        ours: text(ourBytes),
        theirs: text(theirBytes),
        message: reason === undefined ? message : `${message} (${reason})`,
      },
    }
  }
}

/** Markers name commits that nobody knows; say what they stand for. */
function relabel(text: string, labels: { base: string; ours: string; theirs: string }): string {
  return text
    .replaceAll(/^(<{7,}) .*$/gm, `$1 ${labels.ours}`)
    .replaceAll(/^(\|{7,}) .*$/gm, `$1 ${labels.base}`)
    .replaceAll(/^(>{7,}) .*$/gm, `$1 ${labels.theirs}`)
}

function mergedMode({ base, ours, theirs }: MergeConflict): FileMode | undefined {
  const wanted =
    ours?.mode === theirs?.mode || base?.mode === theirs?.mode
      ? ours?.mode
      : base?.mode === ours?.mode
        ? theirs?.mode
        : undefined
  const parsed = fileModeSchema.safeParse(wanted)
  return parsed.success && parsed.data !== '120000' ? parsed.data : undefined
}

function nothing(status: 'rejected' | 'superseded', code: string, message: string): Refusal {
  return { status, code, message, remedy: 'Nothing needs to be done.' }
}

function conflicted(conflicts: FileConflict[]): Refusal {
  const lost = conflicts.some(({ kind }) => kind === 'lost-work')
  const paths = conflicts.map(({ path }) => path).join(', ')
  return {
    status: 'conflicted',
    code: lost ? 'WORK_WOULD_BE_LOST' : 'MERGE_CONFLICT',
    message: lost ? `Landed work would be lost in ${paths}.` : `The target changed the same lines of ${paths}.`,
    remedy: 'Make the change again on the head given here, keeping what the target has.',
    conflicts,
  }
}
