import type { CheckReport, FileChange, ObjectId, QueuedPatch } from '@patchlane/kernel'

export interface ApprovalRequest {
  queued: QueuedPatch
  /** The head it would land on. */
  base: ObjectId
  commit: ObjectId
  tree: ObjectId
  /** What would land, against `base`. */
  changes: FileChange[]
  checks: CheckReport[]
  /** How files were merged, by path, where it took more than the patch's side. */
  merges: Record<string, string>
}

export interface ApprovalAnswer {
  decision: 'approved' | 'ask' | 'denied'
  reasons: string[]
}

/** Says whether exactly this content may land: at once, never, or when a person says so. */
export interface ApprovalGate {
  consult(request: ApprovalRequest): Promise<ApprovalAnswer>
}
