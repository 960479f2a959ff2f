import type { GitStagingArea } from '@patchlane/apply-gateway'
import type { WorkspaceManager } from '@patchlane/workspace'
import type { WorkspaceDesk, WorkspaceInfo } from '../pipeline.ts'

/** Worktrees, for people who look after them. */
export class ManagedWorkspaceDesk implements WorkspaceDesk {
  readonly #manager: WorkspaceManager
  readonly #staging: GitStagingArea

  constructor(manager: WorkspaceManager, staging: GitStagingArea) {
    this.#manager = manager
    this.#staging = staging
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
}
