import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import { type FileChange, objectIdSchema } from '@patchlane/kernel'

/**
 * What the user's checkout has that a commit has not, untracked files included, ignored ones not. Read through an index of our own,
 * so that what the user has staged stays as it is.
 */
export async function uncommittedChanges(git: GitRepository, commit: string): Promise<FileChange[]> {
  if (git.workTree === null) return []
  const folder = await mkdtemp(join(tmpdir(), 'patchlane-index-'))
  const env = { GIT_INDEX_FILE: join(folder, 'index') }
  try {
    await git.git({ args: ['read-tree', commit], env })
    await git.git({ args: ['add', '--all', '--', '.'], env, cwd: git.workTree })
    const { stdout } = await git.git({ args: ['write-tree'], env })
    return await git.changesBetween(commit, objectIdSchema.parse(stdout.trim()), { renames: false })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
