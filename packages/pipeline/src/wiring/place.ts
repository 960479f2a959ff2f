import { realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { DirectoryTarget } from '@patchlane/apply-gateway'
import { GitRepository } from '@patchlane/git'
import { PatchlaneError, sha256, targetNameSchema } from '@patchlane/kernel'
import { TargetError } from '../errors.ts'
import { type LoadedConfig, loadConfig } from '../load-config.ts'

/** Where a pipeline works: a repository, or a plain folder with the shadow repository that is kept for it elsewhere. */
export interface Place extends LoadedConfig {
  git: GitRepository
  /** Null in a repository, where a branch is the target. */
  folder: DirectoryTarget | null
}

export interface PlaceOptions {
  directory: string
  target?: string | undefined
  configFile?: string | undefined
  overrides?: Parameters<typeof loadConfig>[0]['overrides']
}

const FOLDER = 'dir:'

/**
 * A target `dir:PATH` is the plain folder PATH, seen from where the configuration is (or from `directory`, if asked for by option). Any
 * other target is a branch of the repository that `directory` is in.
 *
 * @throws {NotARepositoryError} outside a repository, where no configuration makes a folder the target.
 * @throws {TargetError} when the folder is not there.
 */
export async function openPlace(options: PlaceOptions): Promise<Place> {
  const { directory, target } = options
  const load = (root: string) => loadConfig({ root, file: options.configFile, overrides: options.overrides })
  if (target?.startsWith(FOLDER)) {
    const root = resolve(directory, target.slice(FOLDER.length))
    return openFolder(root, await load(root))
  }
  const git = await GitRepository.open(directory).catch(async (thrown: unknown) => {
    if (!PatchlaneError.is(thrown) || thrown.code !== 'GIT_NOT_A_REPOSITORY' || target !== undefined) throw thrown
    return thrown
  })
  if (!(git instanceof GitRepository)) {
    const found = await findFolder(resolve(directory), load)
    if (found === undefined) throw git
    return openFolder(found.root, found.loaded)
  }
  try {
    const root = git.workTree ?? git.commonDir
    const loaded = await load(root)
    if (target !== undefined || !loaded.config.target?.startsWith(FOLDER)) return { git, folder: null, ...loaded }
    await git.close()
    return openFolder(resolve(root, loaded.config.target.slice(FOLDER.length)), loaded)
  } catch (thrown) {
    await git.close()
    throw thrown
  }
}

/** The nearest configuration upwards, if it makes a plain folder the target. */
async function findFolder(
  directory: string,
  load: (root: string) => Promise<LoadedConfig>,
): Promise<{ root: string; loaded: LoadedConfig } | undefined> {
  for (let root = directory; ; root = dirname(root)) {
    const loaded = await load(root)
    const { target } = loaded.config
    if (target?.startsWith(FOLDER)) return { root: resolve(root, target.slice(FOLDER.length)), loaded }
    if (loaded.file !== null || root === dirname(root)) return undefined
  }
}

async function openFolder(wanted: string, loaded: LoadedConfig): Promise<Place> {
  const directory = await realpath(wanted).catch((cause: unknown) => {
    const remedy = 'Make the folder, or name another one as "dir:PATH".'
    throw new TargetError(`There is no folder ${wanted} to be the target.`, { cause, remedy })
  })
  const folder = await DirectoryTarget.open({
    directory,
    stateDirectory: stateDirectoryOf(directory),
    name: targetNameSchema.parse(`${FOLDER}${basename(directory) || directory}`),
  })
  // What people wrote since somebody last looked is part of the target: contexts and patches are to be made from it.
  await folder.adopt()
  return { git: folder.repository, folder, ...loaded }
}

/** In the user's state folder: nothing is kept in the folder itself. */
function stateDirectoryOf(directory: string, env: NodeJS.ProcessEnv = process.env): string {
  const state =
    process.platform === 'win32'
      ? (env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'))
      : (env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'))
  const name = basename(directory).replaceAll(/[^\w.-]/g, '_') || 'folder'
  return join(state, 'patchlane', 'folders', `${name}-${sha256(directory).slice(0, 12)}`)
}
