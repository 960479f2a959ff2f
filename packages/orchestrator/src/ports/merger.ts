import type { FileChange, FileConflict, ObjectId, SubtaskId } from '@patchlane/kernel'

export interface MergerRequest {
  /** What all parts were made against. */
  readonly base: ObjectId
  readonly parts: readonly { readonly subtaskId: SubtaskId; readonly changes: readonly FileChange[] }[]
  readonly signal: AbortSignal
}

export type MergerAnswer =
  | { readonly clean: true; readonly changes: readonly FileChange[] }
  | { readonly clean: false; readonly conflicts: readonly FileConflict[] }

/** Joins the changes of subtasks that the plan marks as one group, before they are proposed as one patch. */
export interface Merger {
  merge(request: MergerRequest): Promise<MergerAnswer>
}
