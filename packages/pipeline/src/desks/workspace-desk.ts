import type { GitStagingArea } from '@patchlane/apply-gateway'
import type { ObjectId } from '@patchlane/kernel'
import type { WorkspaceManager } from '@patchlane/workspace'
import type { WorkspaceDesk, WorkspaceInfo } from '../pipeline.ts'
import type { RepositoryContext } from '../wiring/repository-context.ts'

/** Worktrees, for people who look after them. */
export class ManagedWorkspaceDesk implements WorkspaceDesk {
  readonly #manager: WorkspaceManager
  readonly #staging: GitStagingArea
  readonly #context: Pick<RepositoryContext, 'git' | 'target'>

  constructor(manager: WorkspaceManager, staging: GitStagingArea, context: Pick<RepositoryContext, 'git' | 'target'>) {
    this.#manager = manager
    this.#staging = staging
    this.#context = context
  }

  list(): Promise<WorkspaceInfo[]> {
    return this.#manager.list({ sizes: true })
  }

  async gc(options: { all?: boolean } = {}): Promise<Awaited<ReturnType<WorkspaceDesk['gc']>>> {
    const { removed, rescued } = await this.#manager.reap({ ...options, deadHolders: true })
    if (options.all) await this.#staging.clear()
    return { removed, rescued }
  }

  rescue(id: string): Promise<{ ref: string }> {
    return this.#manager.rescue(id)
  }

  async rebase(id: string, { onto }: { onto?: string } = {}): Promise<{ commit: ObjectId; conflicts: string[] }> {
    const commit = await this.#context.git.resolve(onto ?? this.#context.target)
    const outcome = await this.#manager.rebase(id, commit)
    return { commit, conflicts: outcome.rebased ? [] : outcome.conflicts.map(({ path }) => path) }
  }
}
