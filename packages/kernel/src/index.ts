export { type Clock, systemClock } from './clock.ts'
export { blobId, canonicalJson, digestJson, type Json, sha256 } from './digest.ts'
export {
  type ErrorKind,
  type ErrorReport,
  errorMessage,
  IllegalTransitionError,
  InvalidInputError,
  PatchlaneError,
  type PatchlaneErrorOptions,
  UnsafePathError,
} from './errors.ts'
export { type EventDraft, eventDraftSchema, type StoredEvent } from './events.ts'
export {
  type IndexDigest,
  indexDigestSchema,
  isObjectId,
  type ObjectId,
  objectIdSchema,
  type PatchId,
  patchIdOf,
  patchIdSchema,
  type RepoId,
  type RunId,
  repoIdSchema,
  runIdSchema,
  type SubtaskId,
  subtaskIdSchema,
  type TargetName,
  targetNameSchema,
  uuidV5,
  type WorkspaceId,
  workspaceIdSchema,
} from './ids.ts'
export {
  contentHash,
  type FileChange,
  type FileMode,
  type FileVersion,
  fileChangeSchema,
  fileModeSchema,
  fileVersionSchema,
  type Patch,
  type PatchAuthor,
  type PatchInput,
  patchAuthorSchema,
  patchSchema,
  touchedPaths,
} from './patch.ts'
export {
  assertMove,
  canMove,
  isSettled,
  type PatchStatus,
  patchStatuses,
  patchTransitions,
  type SettledStatus,
} from './patch-status.ts'
export {
  findPathCollisions,
  foldPath,
  isGitDirectoryName,
  isNameOf,
  parseRepoPath,
  type RepoPath,
  repoPathProblem,
  repoPathSchema,
} from './paths.ts'
export type { ParkedFor, QueuedPatch, TargetLease } from './queued-patch.ts'
export { type ReadSet, readSetSchema, type Stamp, stampSchema } from './stamp.ts'
export {
  type CheckKind,
  type CheckOutcome,
  type CheckReport,
  checkKinds,
  checkOutcomeSchema,
  checkReportSchema,
  type FileConflict,
  type Finding,
  fileConflictSchema,
  findingSchema,
  type RollbackProof,
  rollbackProofSchema,
  type Verdict,
  type VerdictInput,
  verdictSchema,
} from './verdict.ts'
