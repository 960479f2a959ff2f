import { realpath } from 'node:fs/promises'
import { type FileChange, type FileVersion, isObjectId, type ObjectId } from '@patchlane/kernel'
import { CommittedAttributes } from './attributes.ts'
import { describeChange, describeVersion } from './changes.ts'
import type { Commit, CommitDraft } from './commit-object.ts'
import { parseRawDiff, type TreeDifference, walkDifference } from './diff-trees.ts'
import { GitCommandError, ObjectNotFoundError } from './errors.ts'
import { KeptCommits } from './kept-commits.ts'
import { LOG_FORMAT, type LogEntry, parseLog } from './log.ts'
import { type MergeOutcome, parseMergeTree } from './merge-trees.ts'
import { ObjectStore } from './object-store.ts'
import { PrivateGitDirectory } from './private-git-directory.ts'
import { ReadyRefTransaction } from './ready-ref-transaction.ts'
import type { RefTransaction, RefTransactionOptions, RefUpdate } from './ref-transaction.ts'
import { findRepository, type RepositoryLayout } from './repository-layout.ts'
import { type GitRequest, runGit } from './run-git.ts'
import { parseStatus, type StatusEntry } from './status.ts'
import type { TreeChange } from './tree-editor.ts'
import type { TreeEntry } from './tree-object.ts'
import { type WaitingGit, type WaitingGitRequest, WaitingGits } from './waiting-git.ts'
import { Worktrees } from './worktrees.ts'

export interface GitRepositoryOptions {
  /** Whether objects are on disk before their id is returned. @default true */
  fsync?: boolean
  /** The git folder, where it is not found from the directory: a shadow repository of a plain folder. */
  gitDir?: string
}

export interface TreeFile {
  path: string
  /** `100644`, `100755`, `120000`, or `160000` for a submodule. */
  mode: string
  oid: ObjectId
  /** Bytes; only with `sizes`. */
  size?: number
}

/** The worktree's own git folder and object format are the repository's unless given. */
export type RefTransactionRequest = Pick<RefTransactionOptions, 'message'> & Partial<RefTransactionOptions>

/**
 * One repository, through git's plumbing. Objects are read through one long-lived git process and written without one; merges and
 * comparisons run in a private git folder where no configuration, hook, filter or driver of the repository is in force.
 */
export class GitRepository {
  readonly #layout: RepositoryLayout
  readonly #objects: ObjectStore
  readonly #private: PrivateGitDirectory
  readonly #attributes: CommittedAttributes
  readonly #ready = new ReadyRefTransaction()
  readonly #waiting = new WaitingGits()
  readonly worktrees: Worktrees
  readonly keptCommits: KeptCommits

  private constructor(layout: RepositoryLayout, options: GitRepositoryOptions) {
    this.#layout = layout
    this.#objects = new ObjectStore(layout, { fsync: options.fsync ?? true })
    this.#private = new PrivateGitDirectory(layout)
    this.#attributes = new CommittedAttributes({
      readTree: (oid) => this.readTreeEntries(oid),
      readBlob: (oid) => this.readBlob(oid),
    })
    this.worktrees = new Worktrees(layout)
    this.keptCommits = new KeptCommits({
      commonDir: layout.commonDir,
      updateRefs: (updates, request) => this.updateRefs(updates, request),
      git: (request) => this.git(request),
      worktrees: this.worktrees,
    })
  }

  /**
   * Opens the repository that a folder belongs to.
   *
   * @throws {NotARepositoryError}
   * @throws {GitTooOldError}
   */
  static async open(directory: string, options: GitRepositoryOptions = {}): Promise<GitRepository> {
    return new GitRepository(await findRepository(directory, options.gitDir), options)
  }

  get gitDir(): string {
    return this.#layout.gitDir
  }
  get commonDir(): string {
    return this.#layout.commonDir
  }
  get workTree(): string | null {
    return this.#layout.workTree
  }
  get objectFormat(): 'sha1' | 'sha256' {
    return this.#layout.objectFormat
  }
  /** `name=value`: what of the user's configuration shapes the files of a checkout, line ends above all. */
  get settings(): readonly string[] {
    return this.#layout.settings
  }

  /** Ends the long-lived processes. The repository can be used again afterwards; safe to call twice. */
  async close(): Promise<void> {
    await Promise.all([this.#objects.close(), this.#ready.close(), this.#waiting.close()])
  }

  /** Runs a git command on the real repository, in the safe environment. `cwd` is the worktree unless given. */
  git(request: GitRequest) {
    return runGit(this.#onRepository(request))
  }

  /** Starts a git command as {@link git} would, up to the ids at its end; undefined where that cannot be done. {@link close} ends it. */
  waitingGit(request: WaitingGitRequest): Promise<WaitingGit | undefined> {
    return this.#waiting.start(this.#onRepository(request))
  }

  #onRepository<T extends WaitingGitRequest>(request: T) {
    const { workTree, gitDir, settings } = this.#layout
    const cwd = request.cwd ?? workTree ?? gitDir
    const env = { ...(cwd === workTree ? this.#layout.env : {}), ...request.env }
    return { ...request, cwd, env, config: [...settings, ...(request.config ?? [])] }
  }

  /** The commit that a revision names. @throws {ObjectNotFoundError} */
  async resolve(revision: string): Promise<ObjectId> {
    const oid = await this.tryResolve(revision)
    if (oid === undefined) throw new ObjectNotFoundError(revision)
    return oid
  }

  /** As {@link resolve}; undefined if there is no such commit. */
  async tryResolve(revision: string): Promise<ObjectId | undefined> {
    return (await this.#objects.info(`${revision}^{commit}`))?.oid
  }

  /** The tree of a commit (or tree). @throws {ObjectNotFoundError} */
  treeOf(revision: string): Promise<ObjectId> {
    return this.#objects.treeOf(revision)
  }

  /** What a name stands for, of any type: `main:path` too. */
  objectInfo(name: string) {
    return this.#objects.info(name)
  }

  /** @throws {ObjectNotFoundError} when there is no blob of that name. */
  readBlob(name: string): Promise<Buffer> {
    return this.#objects.readBlob(name)
  }

  /** In the order asked for. @throws {ObjectNotFoundError} */
  readBlobs(oids: readonly string[]): Promise<Buffer[]> {
    return Promise.all(oids.map((oid) => this.readBlob(oid)))
  }

  /** @throws {ObjectNotFoundError} */
  readCommit(revision: string): Promise<Commit> {
    return this.#objects.readCommit(revision)
  }

  /** One folder of a tree; names are raw bytes (see {@link TreeEntry}). @throws {ObjectNotFoundError} */
  readTreeEntries(treeish: string): Promise<readonly TreeEntry[]> {
    return this.#objects.readTree(treeish)
  }

  /** A file in a commit or tree: null if there is none. @throws {UnsupportedEntryError} for a submodule. */
  async readFile(treeish: string, path: string): Promise<FileVersion | null> {
    const entry = await this.findEntry(treeish, path)
    if (entry === null || entry.mode === '40000') return null
    return describeVersion(path, entry, (oid) => this.readBlob(oid))
  }

  /** The entry at a path, walking the folders to it; null if there is none. */
  async findEntry(treeish: string, path: string): Promise<TreeEntry | null> {
    let folder: string = treeish
    const names = Buffer.from(path, 'utf8').toString('latin1').split('/')
    for (const [depth, name] of names.entries()) {
      const entry = (await this.readTreeEntries(folder)).find((candidate) => candidate.name === name)
      if (entry === undefined) return null
      if (depth === names.length - 1) return entry
      if (entry.mode !== '40000') return null
      folder = entry.oid
    }
    return null
  }

  /** Every file of a commit or tree, sorted as git sorts; submodules included. */
  async listTree(treeish: string, options: { sizes?: boolean } = {}): Promise<TreeFile[]> {
    const tree = await this.treeOf(treeish)
    const args = ['ls-tree', '-r', '-z', '--full-tree', ...(options.sizes ? ['--long'] : []), tree]
    const { stdout } = await runGit({ args, env: await this.#private.environment() })
    return stdout
      .split('\0')
      .filter((line) => line !== '')
      .map((line) => {
        const tab = line.indexOf('\t')
        const [mode = '', , oid = '', size] = line.slice(0, tab).split(/ +/)
        if (!isObjectId(oid)) throw new GitCommandError('ls-tree', 0, line)
        const file = { path: line.slice(tab + 1), mode, oid }
        return size === undefined ? file : { ...file, size: Number(size) || 0 }
      })
  }

  writeBlob(content: Uint8Array): Promise<ObjectId> {
    return this.#objects.writeBlob(content)
  }

  /** Changes some paths of a tree. @throws {TreeConflictError} */
  writeTree(baseTree: ObjectId, changes: readonly TreeChange[]): Promise<ObjectId> {
    return this.#objects.editTree(baseTree, changes)
  }

  /** The tree without files. */
  emptyTree(): Promise<ObjectId> {
    return this.#objects.writeTree([])
  }

  commitTree(draft: CommitDraft): Promise<ObjectId> {
    return this.#objects.writeCommit(draft)
  }

  /** Takes a tree that a git command wrote (`git add`, `write-tree`) into what {@link syncObjects} makes durable. */
  adoptTree(before: ObjectId | null, after: ObjectId): Promise<void> {
    return this.#objects.adopt(before, after)
  }

  /** Makes everything written so far durable, names included. Call it before a ref points at it. */
  syncObjects(): Promise<void> {
    return this.#objects.sync()
  }

  /**
   * The tree that a patch makes of another. What the paths held before is not looked at: compare first, or merge.
   *
   * @throws {TreeConflictError}
   */
  applyChanges(baseTree: ObjectId, changes: readonly FileChange[]): Promise<ObjectId> {
    // Removals first: a name that one change gives up may be taken by another.
    const removed = changes.flatMap((change) => {
      if (change.kind === 'delete') return [{ path: change.path, entry: null }]
      return change.kind === 'rename' ? [{ path: change.from, entry: null }] : []
    })
    const written = changes.flatMap((change) => {
      if (change.kind === 'delete') return []
      const { mode, content } = change.after
      return [{ path: change.path, mode, content }]
    })
    return this.#objects.editTree(baseTree, [...removed, ...written])
  }

  /** Which paths differ between two commits or trees. */
  async diffTrees(a: string, b: string, options: { renames?: boolean } = {}): Promise<TreeDifference[]> {
    const [from, to] = await Promise.all([this.treeOf(a), this.treeOf(b)])
    if (from === to) return []
    if (!options.renames) return walkDifference((oid) => this.readTreeEntries(oid), from, to)
    const args = ['diff-tree', '-r', '-z', '--raw', '--full-index', '-M', from, to]
    const { stdout } = await runGit({ args, env: await this.#private.environment() })
    return parseRawDiff(stdout)
  }

  /**
   * The changes that lead from one commit or tree to another, full text before and after, renames found.
   *
   * @throws {UnsupportedEntryError} when a submodule changed.
   * @throws {UnsafePathError} when a path cannot be written on every system.
   */
  async changesBetween(a: string, b: string, options: { renames?: boolean } = {}): Promise<FileChange[]> {
    const differences = await this.diffTrees(a, b, { renames: options.renames ?? true })
    return Promise.all(differences.map((difference) => describeChange(difference, (oid) => this.readBlob(oid))))
  }

  /** Merges two commits from their common ancestor, by git's own three-way merge, renames included. No worktree, no repository code. */
  async mergeCommits(ours: ObjectId, theirs: ObjectId, options: { signal?: AbortSignal } = {}): Promise<MergeOutcome> {
    const attributes = await this.#attributes.of(await this.treeOf(ours))
    const result = await runGit({
      args: ['merge-tree', '--write-tree', '--messages', '-z', ours, theirs],
      env: await this.#private.environment(attributes),
      okExitCodes: [0, 1],
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    const outcome = parseMergeTree(result.stdoutBytes, result.exitCode === 0)
    await this.#objects.adopt(await this.treeOf(ours), outcome.tree)
    return outcome
  }

  /** Merges from a base of the caller's choice. All three are commits or trees. */
  async mergeTrees(sides: { base: string; ours: string; theirs: string; signal?: AbortSignal }): Promise<MergeOutcome> {
    // git 2.38 and 2.39 take no base on the command line, so the three trees get commits whose ancestor is the base.
    const author = { name: 'patchlane', email: 'patchlane@localhost', at: 0 }
    const commit = async (revision: string, parents: ObjectId[], message: string) =>
      this.#objects.writeScratchCommit({ tree: await this.treeOf(revision), parents, message, author })
    const base = await commit(sides.base, [], 'base')
    const [ours, theirs] = await Promise.all([
      commit(sides.ours, [base], 'ours'),
      commit(sides.theirs, [base], 'theirs'),
    ])
    return this.mergeCommits(ours, theirs, sides.signal === undefined ? {} : { signal: sides.signal })
  }

  /** Whether the first commit is the second or an ancestor of it. */
  async isAncestor(ancestor: ObjectId, commit: ObjectId): Promise<boolean> {
    if (ancestor === commit) return true
    const env = await this.#private.environment()
    const result = await runGit({
      args: ['merge-base', '--is-ancestor', ancestor, commit],
      env,
      okExitCodes: [0, 1],
    })
    return result.exitCode === 0
  }

  /** Null when the two have nothing in common. */
  async mergeBase(a: ObjectId, b: ObjectId): Promise<ObjectId | null> {
    const env = await this.#private.environment()
    const result = await runGit({ args: ['merge-base', a, b], env, okExitCodes: [0, 1] })
    const line = result.stdout.trim()
    return line === '' ? null : this.resolve(line)
  }

  /** Newest first. `after` leaves out everything reachable from it. */
  async log(range: {
    to: string
    after?: string
    max?: number
    paths?: readonly string[]
    firstParent?: boolean
  }): Promise<LogEntry[]> {
    const to = await this.resolve(range.to)
    const after = range.after === undefined ? [] : [`^${await this.resolve(range.after)}`]
    const { stdout } = await runGit({
      args: [
        '--literal-pathspecs',
        'log',
        '-z',
        `--format=${LOG_FORMAT}`,
        '--no-show-signature',
        ...(range.max === undefined ? [] : [`--max-count=${range.max}`]),
        ...(range.firstParent ? ['--first-parent'] : []),
        to,
        ...after,
        '--',
        ...(range.paths ?? []),
      ],
      env: await this.#private.environment(),
    })
    return parseLog(stdout)
  }

  /** Uncommitted work in the worktree, every untracked file named. */
  async status(options: { ignored?: boolean; directory?: string } = {}): Promise<StatusEntry[]> {
    const args = ['status', '--porcelain=v2', '-z', '--untracked-files=all', '--no-renames']
    const { stdout } = await this.git({
      args: [...args, ...(options.ignored ? ['--ignored=matching'] : [])],
      ...(options.directory === undefined ? {} : { cwd: options.directory }),
    })
    return parseStatus(stdout)
  }

  /** The ref that HEAD stands for; null when detached. */
  async headRef(): Promise<string | null> {
    const { stdout } = await this.git({ args: ['symbolic-ref', '--quiet', 'HEAD'], okExitCodes: [0, 1] })
    return stdout.trim() || null
  }

  /** Begins a transaction on refs, to be prepared and committed in steps. */
  beginRefTransaction(options: RefTransactionRequest): Promise<RefTransaction> {
    return this.#ready.take(this.#transactionOptions(options))
  }

  /** Has git started for the next transaction with these options, so that it begins at once. */
  readyRefTransaction(options: RefTransactionRequest): Promise<void> {
    return this.#ready.prepare(this.#transactionOptions(options))
  }

  #transactionOptions(options: RefTransactionRequest): RefTransactionOptions {
    return { gitDir: this.#layout.gitDir, objectFormat: this.#layout.objectFormat, ...options }
  }

  /** Verifies and moves refs at once. @throws {RefMovedError}, {RefLockedError}: nothing was changed. */
  async updateRefs(updates: readonly RefUpdate[], options: { message: string }): Promise<void> {
    const transaction = await this.beginRefTransaction(options)
    try {
      await transaction.prepare(updates)
      await transaction.commit()
    } catch (thrown) {
      await transaction.abort()
      throw thrown
    }
  }

  /** The worktree that has a branch checked out; undefined if none has. */
  async worktreeOf(ref: string): Promise<string | undefined> {
    const found = (await this.worktrees.list()).find((tree) => tree.branch === ref && !tree.bare)
    return found === undefined ? undefined : realpath(found.directory)
  }
}
