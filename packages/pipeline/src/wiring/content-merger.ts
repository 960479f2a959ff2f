import type { ContentMerger } from '@patchlane/apply-gateway'

/** Merges files that git leaves in conflict. */
export function contentMerger(): ContentMerger {
  return { merge: async () => ({ clean: false }) }
}
