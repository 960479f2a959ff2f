import { lstat, mkdir, readdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type GitRepository, type MergeConflict, type TreeDifference, withFileLock } from '@patchlane/git'
import { errorMessage, type FileChange, type ObjectId, objectIdSchema } from '@patchlane/kernel'
import { WorkspaceCaptureError, WorkspaceSpoiledError } from './errors.ts'
import { removeFolder } from './folders.ts'
import { type LockReason, parseLockReason } from './lock-reason.ts'
import { ignorePattern, Slot } from './slot.ts'
import { haveStamps, type Stamps, waitForTick } from './stamps.ts'
import { survey } from './survey.ts'

export interface GitWorktreeAdapterOptions {
  repository: GitRepository
  /** The folder that holds the worktrees: absolute, with no link in it. */
  root: string
  /** Larger files are refused in {@link GitWorktreeAdapter.capture}, in bytes. @default 20_000_000 */
  maxFileBytes?: number
  /** More changed files are refused. @default 5_000 */
  maxFiles?: number
  /** Patterns of ignored files that cleaning leaves. @default [] */
  keep?: readonly string[]
}

const SUBMODULE = 0o160000

/** The outcome of {@link GitWorktreeAdapter.rebase}. With conflicts, nothing was changed. */
export type RebaseOutcome = { rebased: true } | { rebased: false; conflicts: MergeConflict[] }

/**
 * The worktrees of one repository, without leases: made, set to a commit, read, removed. Steps on git's shared records run one at
 * a time for a repository, across processes; checkouts run in parallel. No hook, filter or configured program of the repository runs.
 */
export class GitWorktreeAdapter {
  readonly #options: GitWorktreeAdapterOptions

  constructor(options: GitWorktreeAdapterOptions) {
    this.#options = options
  }

  slot(id: string): Slot {
    return new Slot({ ...this.#options, id })
  }

  /** Makes a worktree, detached at `commit`, locked from its first moment; with `sparse`, of these folders only. */
  async create(id: string, commit: ObjectId, lockReason: string, sparse?: readonly string[]): Promise<Slot> {
    const slot = this.slot(id)
    await mkdir(this.#options.root, { recursive: true })
    await slot.prepare()
    await slot.limitTo(sparse)
    await this.#withMetadata(() =>
      this.#options.repository.git({
        cwd: this.#options.repository.commonDir,
        args: [
          ...['worktree', 'add', '--detach', '--no-checkout', '--lock', '--reason', lockReason],
          ...['--', slot.directory, commit],
        ],
      }),
    )
    await slot.git(['read-tree', '--reset', '-u', commit])
    await slot.resetRecords(commit)
    return slot
  }

  /**
   * Readies a worktree for work of ours; see {@link Slot.refresh}.
   *
   * @throws {WorkspaceSpoiledError} when it is gone.
   */
  refresh(slot: Slot): Promise<string> {
    return unspoiled(slot, () => slot.refresh())
  }

  /**
   * Sets a worktree to exactly `commit`: nothing of an earlier holder is left, in files or in git's records.
   *
   * @param options.keep folders, relative to the worktree, that are left as they are.
   * @param options.anew writes every file, also those that look unchanged: their attributes may have changed.
   * @throws {WorkspaceSpoiledError} when it cannot be made so.
   */
  async checkout(
    slot: Slot,
    commit: ObjectId,
    options: { keep?: readonly string[]; anew?: boolean } = {},
  ): Promise<void> {
    await unspoiled(slot, async () => {
      await slot.restoreLink()
      await this.#survey(slot, options.keep)
      await this.#clean(slot, options.keep)
      await slot.git(['read-tree', '--reset', '-u', commit])
      if (options.anew) {
        await rm(slot.index, { force: true })
        await slot.git(['read-tree', '--reset', '-u', commit])
      }
      await slot.resetRecords(commit)
    })
  }

  /**
   * Moves a worktree that is clean to another commit: one git process, which looks at each file once and writes those that differ.
   *
   * @throws {WorkspaceSpoiledError} when it cannot be made so.
   */
  async move(slot: Slot, commit: ObjectId): Promise<void> {
    await unspoiled(slot, async () => {
      await slot.git(['read-tree', '--reset', '-u', commit])
      await slot.resetRecords(commit)
    })
  }

  /**
   * As {@link checkout}, until a look at every folder before and after finds nothing that changed meanwhile.
   *
   * @returns stamps by which to see later whether it is still so; undefined when somebody goes on writing.
   * @throws {WorkspaceSpoiledError} when it cannot be made so.
   */
  async seal(slot: Slot, commit: ObjectId, keep: readonly string[]): Promise<Stamps | undefined> {
    return unspoiled(slot, async () => {
      await slot.restoreLink()
      for (let attempt = 0; attempt < 4; attempt++) {
        const before = await this.#survey(slot, keep)
        await waitForTick(slot.directory)
        await this.#clean(slot, keep)
        await slot.git(['read-tree', '--reset', '-u', commit])
        if (await haveStamps(slot.directory, before)) {
          await slot.resetRecords(commit)
          return before
        }
      }
      await slot.resetRecords(commit)
      return undefined
    })
  }

  /**
   * The tree of what is in the worktree now, ignored files apart; whatever the agent staged, committed or configured.
   *
   * @throws {WorkspaceCaptureError} for a repository inside: git would keep its name and lose its content.
   */
  async captureTree(slot: Slot, commit: ObjectId): Promise<{ tree: ObjectId; differences: TreeDifference[] }> {
    const tree = await slot.withCopyOfIndex((index) => this.#treeOf(slot, index))
    const differences = await this.#options.repository.diffTrees(commit, tree)
    for (const { path, after } of differences) if (after?.mode === '160000') throw nestedRepository(path)
    const folders = new Set<string>()
    for (const { path } of differences)
      for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at))
    for (const folder of folders)
      if (await lstat(join(slot.directory, folder, '.git')).catch(() => undefined)) throw nestedRepository(folder)
    return { tree, differences }
  }

  /**
   * What differs from `commit`.
   *
   * @throws {WorkspaceCaptureError} for a repository inside the worktree, for too many or too large files.
   */
  async capture(slot: Slot, commit: ObjectId): Promise<FileChange[]> {
    const { repository, maxFileBytes = 20_000_000, maxFiles = 5_000 } = this.#options
    const { tree, differences } = await this.captureTree(slot, commit)
    if (differences.length > maxFiles)
      throw new WorkspaceCaptureError(
        differences[0]?.path ?? '',
        `${differences.length} files changed, over the limit of ${maxFiles}`,
      )
    for (const { path, after } of differences) {
      if (after === null) continue
      const size = (await repository.objectInfo(after.oid))?.size ?? 0
      if (size > maxFileBytes)
        throw new WorkspaceCaptureError(path, `it has ${size} bytes, over the limit of ${maxFileBytes}`)
    }
    return repository.changesBetween(commit, tree)
  }

  /** Moves uncommitted work from `from` onto `onto` by a three-way merge. */
  async rebase(slot: Slot, from: ObjectId, onto: ObjectId): Promise<RebaseOutcome> {
    const { repository } = this.#options
    return slot.withCopyOfIndex(async (index) => {
      const work = await this.#treeOf(slot, index)
      const merge = await repository.mergeTrees({ base: from, ours: onto, theirs: work })
      if (!merge.clean) return { rebased: false, conflicts: merge.conflicts }
      await slot.git(['read-tree', '-m', '-u', work, merge.tree], { index })
      // From here on the files are those of the merge; the index of the new base keeps what is known of files that are the same.
      await slot.git(['read-tree', '-m', `--index-output=${slot.index}`, onto], { index })
      await slot.resetRecords(onto)
      return { rebased: true }
    })
  }

  /** The commit an agent left HEAD at; undefined if it cannot be read. */
  async headOf(slot: Slot): Promise<ObjectId | undefined> {
    const { repository } = this.#options
    const { stdout } = await repository
      .git({
        args: ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'],
        env: { GIT_DIR: slot.gitDir },
        cwd: slot.gitDir,
      })
      .catch(() => ({ stdout: '' }))
    return objectIdSchema.safeParse(stdout.trim()).data
  }

  /** Removes a worktree with everything in it, and git's records of it. Removing what is gone is no error. */
  async remove(slot: Slot): Promise<void> {
    await removeFolder(slot.directory)
    await this.#withMetadata(() => rm(slot.gitDir, { recursive: true, force: true }))
    await rm(slot.shadow, { recursive: true, force: true })
  }

  /** The worktrees under the root that git knows and `known` does not name, with what their locks say. */
  async found(
    known: ReadonlySet<string> = new Set(),
  ): Promise<{ id: string; directory: string; reason: LockReason | undefined }[]> {
    const records = join(this.#options.repository.commonDir, 'worktrees')
    const names = await readdir(records).catch((): string[] => [])
    const ours = await Promise.all(
      names
        .filter((id) => !known.has(id))
        .map(async (id) => {
          const slot = this.slot(id)
          const reason = parseLockReason(await slot.readLockReason())
          const exists = reason?.id === id || (await lstat(slot.shadow).catch(() => undefined)) !== undefined
          return exists ? [{ id, directory: slot.directory, reason }] : []
        }),
    )
    return ours.flat()
  }

  async #treeOf(slot: Slot, index: string): Promise<ObjectId> {
    const added = await slot.git(['-c', 'advice.addEmbeddedRepo=false', 'add', '--all', '--sparse', '--', '.'], {
      index,
      okExitCodes: [0, 1, 128],
    })
    if (added.exitCode !== 0) {
      const nested = /'([^']+)\/?' does not have a commit checked out/.exec(added.stderr)?.[1]
      if (nested !== undefined) throw nestedRepository(nested)
      throw new WorkspaceCaptureError('.', `git could not read the folder: ${added.stderr.trim()}`)
    }
    const { stdout } = await slot.git(['write-tree'], { index })
    return objectIdSchema.parse(stdout.trim())
  }

  async #clean(slot: Slot, keep: readonly string[] = []): Promise<void> {
    const kept = [...(this.#options.keep ?? []), ...keep.map(ignorePattern)]
    await slot.git(['clean', '-ffdxq', ...kept.flatMap((pattern) => ['-e', pattern])])
  }

  /** See {@link survey}. What was checked out of submodules is removed: git takes it for theirs and never cleans it. */
  async #survey(slot: Slot, keep: readonly string[] = []): Promise<Map<string, string>> {
    const kept = new Set(keep)
    const names = (this.#options.keep ?? []).map((pattern) => pattern.replaceAll(/^\/|\/$/g, ''))
    const tracked = new Set<string>()
    for (const { mode, path } of await slot.entries())
      if (mode === SUBMODULE) await emptyFolder(join(slot.directory, path))
      else tracked.add(path)
    return survey({
      directory: slot.directory,
      ...{ tracked, modelFolder: slot.shadow, modelFile: join(slot.shadow, 'HEAD') },
      skip: (path) => kept.has(path) || names.some((name) => path === name || path.endsWith(`/${name}`)),
    })
  }

  #withMetadata<T>(work: () => Promise<T>): Promise<T> {
    return withFileLock(join(this.#options.repository.commonDir, 'patchlane', 'worktrees.lock'), work)
  }
}

/** @throws {WorkspaceSpoiledError} for whatever goes wrong with the folder. */
async function unspoiled<T>(slot: Slot, work: () => Promise<T>): Promise<T> {
  const folder = await lstat(slot.directory).catch(() => undefined)
  if (!folder?.isDirectory()) throw new WorkspaceSpoiledError(slot.directory, 'it is gone or a link')
  try {
    return await work()
  } catch (cause) {
    throw new WorkspaceSpoiledError(slot.directory, errorMessage(cause), { cause })
  }
}

/** Leaves links alone: also those on the way to the folder. */
async function emptyFolder(folder: string): Promise<void> {
  if ((await realpath(folder).catch(() => undefined)) !== folder) return
  for (const name of await readdir(folder)) await removeFolder(join(folder, name))
}

function nestedRepository(path: string): WorkspaceCaptureError {
  return new WorkspaceCaptureError(path.replace(/\/$/, ''), 'it is a git repository of its own')
}
