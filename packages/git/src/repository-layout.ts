import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorMessage, PatchlaneError } from '@patchlane/kernel'
import { ForeignRepositoryError, GitCommandError, NotARepositoryError } from './errors.ts'
import { requireGit } from './git-version.ts'
import { runGit } from './run-git.ts'
import { readUserSettings } from './user-settings.ts'

/** Where the parts of a repository are, all absolute. */
export interface RepositoryLayout {
  /** Of this worktree: HEAD, index, `MERGE_HEAD`. */
  gitDir: string
  /** Shared by all worktrees: objects, refs, configuration. */
  commonDir: string
  /** The folder that is checked out; null for a bare repository. */
  workTree: string | null
  objectDirectory: string
  objectFormat: 'sha1' | 'sha256'
  /** `name=value`: see {@link readUserSettings}. */
  settings: readonly string[]
  /** For git commands in `workTree`, where the git folder is not found from there. */
  env: Readonly<Record<string, string>>
}

/** A folder's own line ends and ignore rules only: what a shadow repository records has to be the bytes that are there. */
const shadowSettings = [
  'core.autocrlf=false',
  'core.safecrlf=false',
  'core.excludesFile=/dev/null',
  'core.attributesFile=/dev/null',
]

/**
 * Finds the repository that a folder belongs to; with `gitDir`, that git folder with this folder as its worktree.
 *
 * @throws {NotARepositoryError}
 * @throws {GitTooOldError}
 */
export async function findRepository(directory: string, gitDir?: string): Promise<RepositoryLayout> {
  const version = requireGit()
  const env = gitDir === undefined ? {} : { GIT_DIR: gitDir, GIT_WORK_TREE: directory }
  const reading = gitDir === undefined ? readUserSettings(directory) : Promise.resolve(shadowSettings)
  // Both at once; what is wrong with git itself is said first.
  reading.catch(() => undefined)
  await version
  const settings = await reading.catch(async (thrown: unknown) => {
    throw await notFound(directory, thrown)
  })
  const args = ['--git-dir', '--git-common-dir', '--git-path', 'objects', '--show-object-format', '--show-toplevel']
  const result = await runGit({
    args: ['rev-parse', '--path-format=absolute', ...args],
    cwd: directory,
    env,
    config: settings,
    okExitCodes: [0, 128],
  }).catch((thrown: unknown) => {
    throw PatchlaneError.is(thrown) && thrown.code !== 'GIT_COMMAND_FAILED' ? thrown : notFound(directory, thrown)
  })
  const [ownDir, commonDir, objectDirectory, objectFormat, workTree] = result.stdout.split('\n')
  // git fails for want of a worktree in a bare repository, and for any trouble in finding the worktree of another one.
  const isTrouble = result.exitCode !== 0 && !result.stderr.includes('must be run in a work tree')
  if (
    ownDir === undefined ||
    commonDir === undefined ||
    objectDirectory === undefined ||
    objectFormat === undefined ||
    isTrouble
  ) {
    throw await notFound(directory, new GitCommandError('rev-parse', result.exitCode, result.stderr))
  }
  if (objectFormat !== 'sha1' && objectFormat !== 'sha256') {
    throw new NotARepositoryError(directory, { cause: errorMessage(`unknown object format ${objectFormat}`) })
  }
  return {
    gitDir: ownDir,
    commonDir,
    workTree: workTree ? workTree : null,
    objectDirectory: objectDirectory || join(commonDir, 'objects'),
    objectFormat,
    settings,
    env,
  }
}

/** Why git finds no repository at a folder, as far as it can be told. */
async function notFound(directory: string, cause: unknown): Promise<Error> {
  const folder = await stat(directory).catch(() => undefined)
  if (!folder?.isDirectory()) return new NotARepositoryError(directory, { cause, isFolder: false })
  if (cause instanceof GitCommandError && cause.stderr.includes('dubious ownership'))
    return new ForeignRepositoryError(directory, { cause })
  return new NotARepositoryError(directory, { cause })
}
