/** The beginning of a patch's id, enough to type. */
export function shortId(patchId: string): string {
  return patchId.slice(0, 8)
}

/** The beginning of a commit's id, as git shortens it. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 10)
}
