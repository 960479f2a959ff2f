import type { GitRepository } from '@patchlane/git'
import type { RepositoryHistory } from '@patchlane/index-version'
import { type ObjectId, type RepoPath, repoPathSchema } from '@patchlane/kernel'

/** What the index-version checker asks, answered by git. */
export class GitRepositoryHistory implements RepositoryHistory {
  readonly #git: GitRepository
  readonly #head: () => Promise<ObjectId>

  constructor(git: GitRepository, head: () => Promise<ObjectId>) {
    this.#git = git
    this.#head = head
  }

  head(): Promise<ObjectId> {
    return this.#head()
  }

  async has(commit: ObjectId): Promise<boolean> {
    return (await this.#git.tryResolve(commit)) !== undefined
  }

  isAncestor(ancestor: ObjectId, commit: ObjectId): Promise<boolean> {
    return this.#git.isAncestor(ancestor, commit)
  }

  async countBetween(from: ObjectId, to: ObjectId): Promise<number> {
    const { stdout } = await this.#git.git({ args: ['rev-list', '--count', to, `^${from}`] })
    return Number(stdout.trim())
  }

  async changedPaths(from: ObjectId, to: ObjectId): Promise<RepoPath[]> {
    const differences = await this.#git.diffTrees(from, to)
    // A path that no patch could name cannot be in a read set either.
    return differences.flatMap((difference) => {
      const path = repoPathSchema.safeParse(difference.path)
      return path.success ? [path.data] : []
    })
  }

  async committedAt(commit: ObjectId): Promise<number> {
    const [entry] = await this.#git.log({ to: commit, max: 1 })
    return entry?.committedAt ?? 0
  }
}
