import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ObjectId, objectIdSchema } from '@patchlane/kernel'
import { type SimpleGit, simpleGit } from 'simple-git'
import { withFileLock } from './file-lock.ts'
import { gitEnvironment, safeConfig } from './git-environment.ts'
import type { RepositoryLayout } from './repository-layout.ts'
import { runGit } from './run-git.ts'

export interface WorktreeInfo {
  directory: string
  commit: ObjectId | null
  /** The full ref that is checked out; null when detached. */
  branch: string | null
  bare: boolean
  /** Why it is locked; an empty text for no reason given, null for not locked. */
  locked: string | null
  /** Why git would prune it; null if it would not. */
  prunable: string | null
}

export interface AddWorktreeOptions {
  directory: string
  commit: ObjectId
  /** Locked from its first moment, with this reason, so that no prune can take it. */
  lockReason?: string
}

/**
 * The worktrees of one repository. Steps that touch git's shared records run one at a time, across processes; filling a worktree with
 * files, which takes the time, runs in parallel. Made detached and without tracking, so that no branch and no configuration is written.
 */
export class Worktrees {
  readonly #layout: RepositoryLayout
  readonly #git: SimpleGit
  readonly #lock: string

  constructor(layout: RepositoryLayout) {
    this.#layout = layout
    this.#lock = join(layout.commonDir, 'patchlane', 'worktrees.lock')
    const env = gitEnvironment({ GIT_DIR: layout.commonDir })
    this.#git = simpleGit({
      baseDir: layout.commonDir,
      config: [...safeConfig, ...layout.settings],
      allowEnvironment: Object.keys(env),
      unsafe: {
        allowUnsafeConfigPaths: true,
        allowUnsafeHooksPath: true,
        allowUnsafeFsMonitor: true,
        allowUnsafeFilter: true,
      },
    }).env(env)
  }

  async add(options: AddWorktreeOptions): Promise<void> {
    const lock = options.lockReason === undefined ? [] : ['--lock', '--reason', options.lockReason]
    const args = ['worktree', 'add', '--detach', '--no-checkout', ...lock, '--', options.directory, options.commit]
    await withFileLock(this.#lock, () => this.#git.raw(args))
    try {
      await runGit({
        args: ['read-tree', '--reset', '-u', options.commit],
        cwd: options.directory,
        config: this.#layout.settings,
      })
    } catch (thrown) {
      await this.remove(options.directory)
      throw thrown
    }
  }

  /** Removes the folder with everything in it, and git's record of it. Removing what is gone is no error. */
  async remove(directory: string): Promise<void> {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 })
    await withFileLock(this.#lock, async () => {
      const known = (await this.#read()).some((tree) => tree.directory === directory)
      if (known) await this.#git.raw(['worktree', 'remove', '--force', '--force', '--', directory])
    })
  }

  list(): Promise<WorktreeInfo[]> {
    return this.#read()
  }

  async lock(directory: string, reason: string): Promise<void> {
    await withFileLock(this.#lock, () => this.#git.raw(['worktree', 'lock', '--reason', reason, '--', directory]))
  }

  async unlock(directory: string): Promise<void> {
    await withFileLock(this.#lock, () => this.#git.raw(['worktree', 'unlock', '--', directory]))
  }

  /** Forgets worktrees whose folder is gone, except locked ones. */
  async prune(): Promise<void> {
    await withFileLock(this.#lock, () => this.#git.raw(['worktree', 'prune', '--expire=now']))
  }

  async #read(): Promise<WorktreeInfo[]> {
    return parseWorktrees(await this.#git.raw(['worktree', 'list', '--porcelain', '-z']))
  }
}

/** Reads `git worktree list --porcelain -z`. */
export function parseWorktrees(text: string): WorktreeInfo[] {
  const worktrees: WorktreeInfo[] = []
  for (const field of text.split('\0')) {
    const blank = field.indexOf(' ')
    const [key, value] = blank < 0 ? [field, ''] : [field.slice(0, blank), field.slice(blank + 1)]
    if (key === 'worktree') {
      worktrees.push({ directory: value, commit: null, branch: null, bare: false, locked: null, prunable: null })
      continue
    }
    const current = worktrees.at(-1)
    if (current === undefined) continue
    if (key === 'HEAD') current.commit = /^0+$/.test(value) ? null : objectIdSchema.parse(value)
    else if (key === 'branch') current.branch = value
    else if (key === 'bare') current.bare = true
    else if (key === 'locked') current.locked = value
    else if (key === 'prunable') current.prunable = value
  }
  return worktrees
}
