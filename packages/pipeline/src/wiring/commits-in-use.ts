import type { GitRepository } from '@patchlane/git'
import { isObjectId, type ObjectId } from '@patchlane/kernel'

/** Commits behind the given one that are still asked about: what patches in flight were made from. */
const RECENT = 100
/** Branches, newest first; beyond these nobody works on one. */
const BRANCHES = 300

/** The commits that somebody may ask about: branches, worktrees, and the newest behind `commit`. */
export async function commitsInUse(git: GitRepository, commit: ObjectId): Promise<ObjectId[]> {
  const args = ['for-each-ref', '--sort=-committerdate', `--count=${BRANCHES}`, '--format=%(objectname)']
  const [recent, branches, worktrees] = await Promise.all([
    git.log({ to: commit, max: RECENT }),
    git.git({ args: [...args, 'refs/heads', 'refs/remotes'] }),
    git.worktrees.list(),
  ])
  const heads = [...branches.stdout.split('\n'), ...worktrees.map(({ commit: head }) => head ?? '')].filter(isObjectId)
  return [...new Set([...recent.map((entry) => entry.commit), ...heads])]
}
