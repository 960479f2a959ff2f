import type { GitRepository, LogEntry } from '@patchlane/git'
import type { ObjectId, PatchId } from '@patchlane/kernel'
import { landedPatchId } from './landing-message.ts'

export interface LandedCommit {
  patchId: PatchId
  entry: LogEntry
}

/**
 * What has landed, read from the history of the target itself. A commit that somebody copied together with its trailers does not count
 * twice: the oldest is the landing.
 */
export class LandedHistory {
  readonly #repository: GitRepository

  constructor(repository: GitRepository) {
    this.#repository = repository
  }

  /** Landings reachable from `to` and not from `after`, oldest first. */
  async between(after: ObjectId | undefined, to: ObjectId, options: { max?: number } = {}): Promise<LandedCommit[]> {
    const entries = await this.#repository.log({
      to,
      firstParent: true,
      ...(after === undefined ? {} : { after }),
      ...(options.max === undefined ? {} : { max: options.max }),
    })
    const seen = new Set<PatchId>()
    const landed: LandedCommit[] = []
    for (const entry of entries.reverse()) {
      const patchId = landedPatchId(entry.message)
      if (patchId === undefined || seen.has(patchId)) continue
      seen.add(patchId)
      landed.push({ patchId, entry })
    }
    return landed
  }

  /** Where a patch landed; undefined if it is not in the history of `head`. */
  async find(patchId: PatchId, head: ObjectId): Promise<LandedCommit | undefined> {
    return (await this.between(undefined, head)).find((landed) => landed.patchId === patchId)
  }
}
