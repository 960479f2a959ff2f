import { lstat, mkdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import { WorkspaceSubmoduleError } from './errors.ts'
import type { IndexEntry } from './index-file.ts'
import type { Slot } from './slot.ts'

/**
 * Checks submodules out as plain files, from what the repository's own clones of them hold: nothing is fetched, and no configuration, hook
 * or filter of theirs is in force. They are there to be read: what is changed in them is no part of a patch.
 *
 * @throws {WorkspaceSubmoduleError} when the repository has no clone of one, or it lacks the commit.
 */
export async function checkoutSubmodules(
  repository: GitRepository,
  slot: Slot,
  submodules: readonly IndexEntry[],
): Promise<void> {
  if (submodules.length === 0) return
  const names = await submoduleNames(slot)
  for (const { path, oid } of submodules) {
    const name = names.get(path)
    const objects = name === undefined ? '' : join(repository.commonDir, 'modules', name, 'objects')
    if ((await lstat(objects).catch(() => undefined)) === undefined)
      throw new WorkspaceSubmoduleError(path, 'the repository has no clone of it')
    const folder = join(slot.directory, path)
    await mkdir(folder, { recursive: true })
    if ((await realpath(folder)) !== folder) throw new WorkspaceSubmoduleError(path, 'a link leads to it')
    const index = join(slot.shadow, 'index-submodule')
    await rm(index, { force: true })
    try {
      await slot.git(['-c', 'core.sparseCheckout=false', 'read-tree', '--reset', '-u', oid], {
        index,
        env: { GIT_WORK_TREE: folder, GIT_OBJECT_DIRECTORY: objects, GIT_SHALLOW_FILE: join(objects, '..', 'shallow') },
      })
    } catch (cause) {
      throw new WorkspaceSubmoduleError(path, `its clone cannot give commit ${oid}`, { cause })
    } finally {
      await rm(index, { force: true })
    }
  }
}

/** Names by path, as `.gitmodules` has them. A name is part of a path, so those that lead elsewhere are left out. */
async function submoduleNames(slot: Slot): Promise<Map<string, string>> {
  const args = ['config', '--null', '--file', '.gitmodules', '--get-regexp', '^submodule\\..*\\.path$']
  const { stdout } = await slot.git(args, { okExitCodes: [0, 1] })
  const names = new Map<string, string>()
  for (const record of stdout.split('\0')) {
    const [key = '', path] = record.split('\n')
    const name = key.slice('submodule.'.length, -'.path'.length)
    if (path !== undefined && name !== '' && !name.split(/[\\/]/).some((part) => part === '..' || part === ''))
      names.set(path, name)
  }
  return names
}
