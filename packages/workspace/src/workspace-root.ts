import { homedir } from 'node:os'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { sha256 } from '@patchlane/kernel'
import { WorkspaceRootError } from './errors.ts'

/** The folder for a repository's workspaces: in the user's state folder, keyed by the repository, never inside it. */
export function defaultWorkspaceRoot(commonDir: string, env: NodeJS.ProcessEnv = process.env): string {
  const state =
    process.platform === 'win32'
      ? (env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'))
      : (env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'))
  const folder = basename(commonDir) === '.git' ? basename(dirname(commonDir)) : basename(commonDir)
  const name = folder.replaceAll(/[^\w.-]/g, '_').replace(/^\.+/, '') || 'repository'
  return join(state, 'patchlane', 'workspaces', `${name}-${sha256(commonDir).slice(0, 12)}`)
}

/** @throws {WorkspaceRootError} when `root` is inside the checkout or git's folder. */
export function assertOutside(root: string, ...folders: readonly (string | null)[]): void {
  for (const folder of folders)
    if (folder !== null && isInside(folder, root)) throw new WorkspaceRootError(root, folder)
}

export function isInside(folder: string, path: string): boolean {
  const step = relative(resolve(folder), resolve(path))
  return step === '' || (step !== '..' && !step.startsWith(`..${sep}`) && resolve(step) !== step)
}
