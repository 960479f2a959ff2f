import { GitTooOldError } from './errors.ts'
import { runGit } from './run-git.ts'

/** The oldest git whose `merge-tree --write-tree` merges without a worktree. */
export const MINIMUM_GIT_VERSION = '2.38'

let checked: Promise<string> | undefined

/**
 * The version of the git on PATH, read once per process.
 *
 * @throws {GitTooOldError}
 */
export function requireGit(): Promise<string> {
  checked ??= readVersion().catch((thrown: unknown) => {
    checked = undefined
    throw thrown
  })
  return checked
}

async function readVersion(): Promise<string> {
  const { stdout } = await runGit({ args: ['version'] })
  return assertGitVersion(stdout)
}

/**
 * Takes the answer of `git version`.
 *
 * @throws {GitTooOldError}
 */
export function assertGitVersion(answer: string): string {
  const [, major = '0', minor = '0', rest = ''] = /(\d+)\.(\d+)((?:\.\d+)*)/.exec(answer) ?? []
  const version = `${major}.${minor}${rest}`
  const [wantMajor = 0, wantMinor = 0] = MINIMUM_GIT_VERSION.split('.').map(Number)
  const recent = Number(major) > wantMajor || (Number(major) === wantMajor && Number(minor) >= wantMinor)
  if (!recent) throw new GitTooOldError(version, MINIMUM_GIT_VERSION)
  return version
}
