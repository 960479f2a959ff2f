import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type ObjectId, objectIdSchema } from '@patchlane/kernel'
import { removeDeadLocks } from './dead-locks.ts'
import type { RefUpdate } from './ref-transaction.ts'
import type { Worktrees } from './worktrees.ts'

export interface KeptCommitsOptions {
  commonDir: string
  /** Moves refs by git. */
  updateRefs(updates: readonly RefUpdate[], options: { message: string }): Promise<void>
  git(request: { args: readonly string[] }): Promise<{ stdout: string }>
  worktrees: Pick<Worktrees, 'list'>
}

/**
 * Refs that keep commits from being pruned while they are worked on, and that say nothing else. Nobody waits for them or compares them,
 * so they are written as the files that git itself would write, without starting it; a power cut may take them.
 */
export class KeptCommits {
  readonly #options: KeptCommitsOptions
  #asFiles: Promise<boolean> | undefined

  constructor(options: KeptCommitsOptions) {
    this.#options = options
  }

  /** Keeps a commit under a full ref name, instead of what was kept there. */
  async keep(ref: string, commit: ObjectId): Promise<void> {
    const { commonDir, updateRefs } = this.#options
    if (!(await this.#filesAreRefs())) return updateRefs([{ kind: 'force', ref, new: commit }], { message: 'keep' })
    const file = join(commonDir, ref)
    // Made outside of refs/, where git would take it for a ref.
    const temporary = join(commonDir, 'patchlane', `kept-${randomUUID()}.tmp`)
    await mkdir(dirname(file), { recursive: true })
    await mkdir(dirname(temporary), { recursive: true })
    await writeFile(temporary, `${commit}\n`)
    await rename(temporary, file)
  }

  /** Lets go of what is kept there. What git has packed in the meantime stays until {@link releaseAll}. */
  async release(ref: string): Promise<void> {
    if (!(await this.#filesAreRefs())) return this.releaseAll(ref)
    await unlink(join(this.#options.commonDir, ref)).catch((thrown: unknown) => {
      if (!(typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown
    })
  }

  /** Lets go of all that is kept below a prefix: what a process that died left. */
  async releaseAll(prefix: string): Promise<void> {
    await this.#removeFiles(prefix)
    const refs = await this.#list(prefix)
    if (refs.length === 0) return
    const updates = refs.map(({ ref, oid }): RefUpdate => ({ kind: 'update', ref, new: null, old: oid }))
    await this.#options.updateRefs(updates, { message: 'release' })
  }

  /**
   * The refs that are files; packed ones are left for git, which rewrites all of them for it under a lock. One that was killed there, or while it
   * removed one of ours, leaves its lock, and nobody could delete a branch any more.
   */
  async #removeFiles(prefix: string): Promise<void> {
    const { commonDir } = this.#options
    if (!prefix.endsWith('/') || !(await this.#filesAreRefs())) return
    const folder = join(commonDir, prefix)
    const names = await readdir(folder).catch(() => [])
    const [locks, refs] = [
      names.filter((name) => name.endsWith('.lock')),
      names.filter((name) => !name.endsWith('.lock')),
    ]
    await Promise.all(refs.map((name) => unlink(join(folder, name)).catch(() => undefined)))
    await this.#removeDeadLocks([join(commonDir, 'packed-refs.lock'), ...locks.map((name) => join(folder, name))])
  }

  async #removeDeadLocks(locks: readonly string[]): Promise<void> {
    const { commonDir, worktrees } = this.#options
    const found = await Promise.all(locks.map((lock) => lstat(lock).catch(() => undefined)))
    if (found.every((lock) => lock === undefined)) return
    const folders = (await worktrees.list()).map(({ directory }) => directory)
    await removeDeadLocks({ locks, directories: [commonDir, ...folders], waitMs: 0 })
  }

  async #list(prefix: string): Promise<{ ref: string; oid: ObjectId }[]> {
    const { stdout } = await this.#options.git({ args: ['for-each-ref', '--format=%(objectname) %(refname)', prefix] })
    const lines = stdout.split('\n').filter((line) => line !== '')
    return lines.map((line) => {
      const blank = line.indexOf(' ')
      return { oid: objectIdSchema.parse(line.slice(0, blank)), ref: line.slice(blank + 1) }
    })
  }

  /** Refs are files unless the repository keeps them in tables. */
  #filesAreRefs(): Promise<boolean> {
    this.#asFiles ??= lstat(join(this.#options.commonDir, 'reftable')).then(
      () => false,
      () => true,
    )
    return this.#asFiles
  }
}
