import type { GitRepository } from '@patchlane/git'
import type { ObjectId, PatchId, TargetName } from '@patchlane/kernel'

/** Keeps staged commits, which no branch has yet, from a `git gc --prune=now` until their patches have landed or left the train. */
export class StagedRefs {
  readonly #repository: GitRepository
  readonly #prefix: string

  constructor(repository: GitRepository, target: TargetName) {
    this.#repository = repository
    this.#prefix = `refs/patchlane/staged/${encodeURIComponent(target).replaceAll('.', '%2E')}`
  }

  keep(patchId: PatchId, commit: ObjectId): Promise<void> {
    return this.#repository.keptCommits.keep(`${this.#prefix}/${patchId}`, commit)
  }

  /** A ref that stays is no harm: the next gateway lets it go. */
  async release(patchId: PatchId): Promise<void> {
    await this.#repository.keptCommits.release(`${this.#prefix}/${patchId}`).catch(() => undefined)
  }

  /** What a gateway before this one left. */
  async releaseAll(): Promise<void> {
    await this.#repository.keptCommits.releaseAll(`${this.#prefix}/`).catch(() => undefined)
  }
}
