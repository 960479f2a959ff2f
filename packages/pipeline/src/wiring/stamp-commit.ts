import type { ObjectId, Stamp } from '@patchlane/kernel'

/** The stamp of a commit: its index version, made first if there is none yet. */
export type StampCommit = (commit: ObjectId) => Promise<Stamp>
