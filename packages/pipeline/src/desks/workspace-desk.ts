import type { WorkspaceManager } from '@patchlane/workspace'
import type { WorkspaceDesk, WorkspaceInfo } from '../pipeline.ts'

/** Worktrees, for people who look after them. */
export class ManagedWorkspaceDesk implements WorkspaceDesk {
  readonly #manager: WorkspaceManager

  constructor(manager: WorkspaceManager) {
    this.#manager = manager
  }

  list(): Promise<WorkspaceInfo[]> {
    return this.#manager.list({ sizes: true })
  }

  async gc(options: { all?: boolean } = {}): Promise<Awaited<ReturnType<WorkspaceDesk['gc']>>> {
    const { removed, rescued } = await this.#manager.reap({ ...options, deadHolders: true })
    return { removed, rescued }
  }

  rescue(id: string): Promise<{ ref: string }> {
    return this.#manager.rescue(id)
  }
}
