import type { GitRepository, LogEntry } from '@patchlane/git'
import type { ObjectId, Patch } from '@patchlane/kernel'
import type { MergeIntents } from './content-merger.ts'
import { trailerKeys } from './landing-message.ts'

/** Commits of the target that are read to say what its side meant. */
const MOST = 10

/** What the two sides of a merge meant to do: the patch says so itself; for the target speak the commits that changed the file since the patch's base. */
export async function mergeIntents(
  repository: GitRepository,
  { patch, onto, path }: { patch: Patch; onto: ObjectId; path: string },
): Promise<MergeIntents> {
  const since = await repository.log({ to: onto, after: patch.base.commit, paths: [path], max: MOST })
  return {
    ours: since.map(intentOf),
    theirs: [patch.title, patch.description.trim()].filter((text) => text !== '').join('\n\n'),
  }
}

/** A message without the lines in which the gateway says where a commit came from. */
function intentOf({ message }: LogEntry): string {
  const ours = Object.values(trailerKeys).map((key) => `${key}:`)
  return message
    .split('\n')
    .filter((line) => !ours.some((key) => line.startsWith(key)))
    .join('\n')
    .trim()
}
