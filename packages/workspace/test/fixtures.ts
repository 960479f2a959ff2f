import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { temporaryRepository } from '@patchlane/git/testing'
import { ManualClock } from '@patchlane/kernel/testing'
import { MemoryWorkspaceStore, WorkspaceManager, type WorkspaceManagerOptions } from '../src/index.ts'

/** A repository, a manager over it with a clock of its own, and a folder for the workspaces. */
export async function setUp(
  files: Record<string, string | Uint8Array> = { 'file.txt': 'one\n', 'src/a.ts': 'export const a = 1\n' },
  options: Partial<WorkspaceManagerOptions> = {},
) {
  const repo = await temporaryRepository(files)
  const root = await realpath(await mkdtemp(join(tmpdir(), 'patchlane-workspaces-')))
  const clock = new ManualClock()
  const store = new MemoryWorkspaceStore({ clock })
  const manager = new WorkspaceManager({ repository: repo.repository, root, store, ...options })
  return {
    repo,
    root,
    clock,
    store,
    manager,
    head: await repo.repository.resolve('HEAD'),
    async remove() {
      await repo.remove()
      await rm(root, { recursive: true, force: true })
    },
  }
}
