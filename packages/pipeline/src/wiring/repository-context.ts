import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import { type RepoId, repoIdSchema, type TargetName, targetNameSchema } from '@patchlane/kernel'
import { StateNotWrittenError, TargetError } from '../errors.ts'
import type { Place } from './place.ts'

/** The repository a pipeline works for: where it is, what it is called, where patches land, where state is kept. */
export interface RepositoryContext {
  git: GitRepository
  repoId: RepoId
  target: TargetName
  /** What git calls the target: the same for a branch; the branch of the shadow repository for a plain folder. */
  ref: string
  /** `.git/patchlane`, shared by all worktrees of the repository. */
  stateDirectory: string
}

/**
 * @throws {NotARepositoryError} outside a repository.
 * @throws {TargetError} when nothing is checked out to land on (for those who only read, HEAD will do), or the branch does not exist.
 */
export async function openRepositoryContext(
  { git, folder, config }: Pick<Place, 'git' | 'folder' | 'config'>,
  { target, reading = false }: { target?: string; reading?: boolean } = {},
): Promise<RepositoryContext> {
  const stateDirectory = join(git.commonDir, 'patchlane')
  // What can only be read can still be asked about.
  await mkdir(stateDirectory, { recursive: true }).catch((error: unknown) => {
    if (!reading) throw new StateNotWrittenError(stateDirectory, error)
  })
  return {
    git,
    stateDirectory,
    ...(folder === null
      ? await resolveTarget(git, target ?? config.target, reading)
      : { target: folder.name, ref: folder.ref }),
    repoId: repoIdSchema.parse(config.repoId ?? (await defaultRepoId(git, stateDirectory, reading))),
  }
}

async function resolveTarget(
  git: GitRepository,
  wanted: string | undefined,
  reading: boolean,
): Promise<Pick<RepositoryContext, 'target' | 'ref'>> {
  const ref = wanted === undefined ? ((await git.headRef()) ?? (reading ? 'HEAD' : null)) : fullRef(wanted)
  if (ref === null) {
    throw new TargetError('No branch is checked out (HEAD is detached), so there is no target.', {
      remedy: 'Check out a branch, or name one with --target or "target" in the configuration.',
    })
  }
  if ((await git.tryResolve(ref)) === undefined) {
    throw new TargetError(`The target ${ref} has no commit yet.`, {
      remedy:
        wanted === undefined ? 'Make a first commit.' : `Create it: git branch ${ref.replace(/^refs\/heads\//, '')}`,
    })
  }
  return { target: targetNameSchema.parse(ref), ref }
}

function fullRef(name: string): string {
  return name.startsWith('refs/') ? name : `refs/heads/${name}`
}

/** Made from the oldest root commit, so that clones of a repository agree; remembered, because finding it walks the history. */
async function defaultRepoId(git: GitRepository, stateDirectory: string, reading: boolean): Promise<string> {
  const file = join(stateDirectory, 'repo-id')
  const known = (await readFile(file, 'utf8').catch(() => '')).trim()
  // One that is damaged is made anew: it comes from the history.
  if (/^git:[0-9a-f]{16}$/.test(known)) return known
  const { stdout } = await git.git({ args: ['rev-list', '--max-parents=0', 'HEAD'] })
  const root = stdout.trim().split('\n').at(-1) ?? ''
  const repoId = `git:${root.slice(0, 16)}`
  await writeFile(file, `${repoId}\n`).catch((error: unknown) => {
    if (!reading) throw new StateNotWrittenError(stateDirectory, error)
  })
  return repoId
}
