/** A commit that changed more files than this says little about any of them. */
export const MAX_FILES = 15
/** In commits: what was true long ago may not be now. */
const HALF_LIFE = 600
/** What an old commit still counts. */
const OLD = 0.3

/** What a commit counts that so many have followed. */
export function weightOfAge(commits: number): number {
  return OLD + (1 - OLD) * 2 ** (-commits / HALF_LIFE)
}
