import type { CheckReport, FileChange, ObjectId, QueuedPatch } from '@patchlane/kernel'

/** What the gateway asks about: exactly what would land. */
export interface Consultation {
  queued: QueuedPatch
  /** The head it would land on. */
  base: ObjectId
  /** The staged commit, and its tree. */
  commit: ObjectId
  tree: ObjectId
  /** The final changes against `base`: after merging, formatting and fixing. */
  changes: readonly FileChange[]
  checks: readonly CheckReport[]
  /** By path, the strategy that merged it, where it took more than taking the patch's side. */
  merges: Readonly<Record<string, string>>
}
