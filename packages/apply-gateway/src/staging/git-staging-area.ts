import { access, link, mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import { type ObjectId, objectIdSchema, type RepoPath } from '@patchlane/kernel'
import { identityOf, isAlive, processIdentitySchema } from '@patchlane/process'
import { hasCode, removeFile } from '../files.ts'
import type { StagingArea, StagingTree } from '../staging-area.ts'

export interface GitStagingAreaOptions {
  repository: GitRepository
  /** A folder outside every checkout. Worktrees stay there between runs, since a warm one costs a tenth of a new one. */
  root: string
  /**
   * Brings dependencies (`node_modules`, a virtual environment) into a staging worktree, read-only or copied on write. Called for each
   * commit, so it must be quick when nothing changed.
   *
   * @returns paths, relative to the worktree, that cleaning must leave alone.
   */
  prepare?: (directory: string, commit: ObjectId) => Promise<readonly string[]>
}

/** Staging in git worktrees that are kept warm and moved to each commit by checkout and clean. */
export class GitStagingArea implements StagingArea {
  readonly #options: GitStagingAreaOptions
  readonly #idle: number[] = []
  readonly #mine = new Set<number>()

  constructor(options: GitStagingAreaOptions) {
    this.#options = options
  }

  async acquire(commit: ObjectId): Promise<StagingTree> {
    const slot = this.#idle.pop() ?? (await this.#claimSlot())
    const directory = join(this.#options.root, `staging-${slot}`)
    try {
      await this.#fill(directory, commit)
      const keep = [...((await this.#options.prepare?.(directory, commit)) ?? [])]
      const excludes = keep.flatMap((path) => ['-e', `/${path}`])
      await this.#git(directory, ['clean', '-ffdxq', ...excludes])
      const tree = await this.#options.repository.treeOf(commit)
      return this.#stagingTree({ slot, directory, keep, tree })
    } catch (thrown) {
      this.#idle.push(slot)
      throw thrown
    }
  }

  /** Gives the worktrees up for the next process; they stay on disk, warm. */
  async close(): Promise<void> {
    for (const slot of this.#mine) await removeFile(this.#ownerFile(slot))
    this.#mine.clear()
    this.#idle.length = 0
  }

  /** Removes the staging worktrees that no living process uses. */
  async clear(): Promise<void> {
    const { root, repository } = this.#options
    for (const name of await readdir(root).catch(() => [])) {
      const slot = Number(/^staging-(\d+)$/.exec(name)?.[1] ?? Number.NaN)
      if (Number.isNaN(slot) || this.#mine.has(slot)) continue
      const file = this.#ownerFile(slot)
      if (!(await ownerIsDead(file))) continue
      await removeFile(file)
      await repository.worktrees.remove(join(root, name))
    }
    // Fails while a living process keeps one there, which is right.
    await rmdir(root).catch(() => {})
  }

  #stagingTree(state: { slot: number; directory: string; keep: string[]; tree: ObjectId }): StagingTree {
    let released = false
    return {
      directory: state.directory,
      capture: async (paths) => {
        const captured = await this.#capture(state, paths)
        state.tree = captured.tree
        return captured
      },
      adopt: async (commit) => {
        await this.#git(state.directory, ['update-ref', '--no-deref', 'HEAD', commit])
      },
      release: async () => {
        if (!released) this.#idle.push(state.slot)
        released = true
      },
    }
  }

  async #capture(
    state: { directory: string; keep: string[]; tree: ObjectId },
    paths: readonly RepoPath[],
  ): Promise<{ tree: ObjectId; changed: RepoPath[]; putBack: string[] }> {
    const allowed = new Map<string, RepoPath>(paths.map((path) => [path, path]))
    const isKept = (path: string) => state.keep.some((kept) => path === kept || path.startsWith(`${kept}/`))
    const entries = (await this.#options.repository.status({ directory: state.directory })).filter(
      ({ path }) => !isKept(path),
    )
    const changed = entries.flatMap(({ path }) => allowed.get(path) ?? [])
    const foreign = entries.filter(({ path }) => !allowed.has(path))
    const untracked = foreign.filter(({ index }) => index === '?').map(({ path }) => path)
    const tracked = foreign.filter(({ index }) => index !== '?').map(({ path }) => path)
    for (const path of untracked) await rm(join(state.directory, path), { recursive: true, force: true })
    if (tracked.length > 0) await this.#git(state.directory, ['checkout', '--force', 'HEAD', ...fromInput], tracked)
    if (changed.length === 0) return { tree: state.tree, changed, putBack: [...untracked, ...tracked] }
    await this.#git(state.directory, ['add', '--all', '--force', ...fromInput], changed)
    const { stdout } = await this.#git(state.directory, ['write-tree'])
    const tree = objectIdSchema.parse(stdout.trim())
    await this.#options.repository.adoptTree(state.tree, tree)
    return { tree, changed: tree === state.tree ? [] : changed, putBack: [...untracked, ...tracked] }
  }

  async #fill(directory: string, commit: ObjectId): Promise<void> {
    const { worktrees } = this.#options.repository
    const exists = await access(join(directory, '.git')).then(
      () => true,
      () => false,
    )
    if (exists) {
      try {
        await this.#unlock(directory)
        await this.#git(directory, ['checkout', '--quiet', '--force', '--detach', commit])
        return
      } catch {
        // What a killed process left of it is beyond use: make it anew.
      }
    }
    await worktrees.remove(directory)
    await worktrees.prune()
    await worktrees.add({ directory, commit, lockReason: 'patchlane staging' })
  }

  /** Only this process uses the worktree, so a lock in it was left by a dead one. */
  async #unlock(directory: string): Promise<void> {
    const pointer = await readFile(join(directory, '.git'), 'utf8')
    const gitDir = /^gitdir: (.+)$/m.exec(pointer)?.[1]
    if (gitDir === undefined) return
    await removeFile(join(gitDir, 'index.lock'))
    await removeFile(join(gitDir, 'HEAD.lock'))
  }

  #git(directory: string, args: readonly string[], paths?: readonly string[]) {
    return this.#options.repository.git({
      args: ['--literal-pathspecs', ...args],
      cwd: directory,
      ...(paths === undefined ? {} : { input: paths.map((path) => `${path}\0`).join('') }),
    })
  }

  #ownerFile(slot: number): string {
    return join(this.#options.root, `staging-${slot}.owner`)
  }

  /** The first worktree that no living process uses. */
  async #claimSlot(): Promise<number> {
    await mkdir(this.#options.root, { recursive: true })
    const owner = JSON.stringify(await identityOf())
    for (let slot = 0; ; slot++) {
      if (this.#mine.has(slot)) continue
      const file = this.#ownerFile(slot)
      for (let attempt = 0; attempt < 2; attempt++) {
        if (await createFile(file, owner)) {
          this.#mine.add(slot)
          return slot
        }
        if (!(await ownerIsDead(file))) break
        await removeFile(file)
      }
    }
  }
}

const fromInput = ['--pathspec-from-file=-', '--pathspec-file-nul']

/** Made whole elsewhere, then linked: an owner file never exists without its owner. */
async function createFile(file: string, content: string): Promise<boolean> {
  const temporary = `${file}.${process.pid}`
  await writeFile(temporary, content)
  try {
    await link(temporary, file)
    return true
  } catch (thrown) {
    if (hasCode(thrown, 'EEXIST')) return false
    throw thrown
  } finally {
    await removeFile(temporary)
  }
}

async function ownerIsDead(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return true
  const owner = processIdentitySchema.safeParse(JSON.parse(text))
  return !owner.success || !(await isAlive(owner.data))
}
