import { randomUUID } from 'node:crypto'
import { lstat, mkdir, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ObjectId } from '@patchlane/kernel'
import type { RefUpdate } from './ref-transaction.ts'

export interface KeptCommitsOptions {
  commonDir: string
  /** Moves refs by git. */
  updateRefs(updates: readonly RefUpdate[], options: { message: string }): Promise<void>
  /** Full names and ids of the refs below a prefix. */
  listRefs(prefix: string): Promise<{ ref: string; oid: ObjectId }[]>
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
    const refs = await this.#options.listRefs(prefix)
    if (refs.length === 0) return
    const updates = refs.map(({ ref, oid }): RefUpdate => ({ kind: 'update', ref, new: null, old: oid }))
    await this.#options.updateRefs(updates, { message: 'release' })
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
