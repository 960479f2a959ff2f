export { type AdmissionPolicy, admit, defaultAdmission } from './admission.ts'
export { ApplyGateway } from './apply-gateway.ts'
export type { ApprovalAnswer, ApprovalGate, ApprovalRequest } from './approval-gate.ts'
export type { Check, CheckContext } from './check.ts'
export type { ContentMergeRequest, ContentMergeResult, ContentMerger, MergeIntents } from './content-merger.ts'
export { DirectoryTarget, type DirectoryTargetOptions } from './directory/directory-target.ts'
export {
  CheckoutBusyError,
  CheckoutOverlapError,
  FencedOutError,
  HeadMovedError,
  LandingFailedError,
  UndoRefusedError,
  UnjudgedLandingError,
} from './errors.ts'
export type { FreshnessGate } from './freshness.ts'
export type { ApplyGatewayOptions, GatewayEvent, GatewayReport, GatewayTrouble } from './gateway-options.ts'
export type { GatewayQueue } from './gateway-queue.ts'
export { GitBranchTarget, type GitBranchTargetOptions } from './git-branch/git-branch-target.ts'
export { type LandedCommit, LandedHistory } from './landed-history.ts'
export { landedPatchId, landingMessage, trailerKeys } from './landing-message.ts'
export type { LandingVerdict } from './landing-verdict.ts'
export { findLostWork, type LostWorkRequest } from './lost-work.ts'
export { RollbackManager, type RollbackResult, type RollbackScope } from './rollback-manager.ts'
export { GitStagingArea, type GitStagingAreaOptions } from './staging/git-staging-area.ts'
export type { StagingArea, StagingTree } from './staging-area.ts'
export type { Fence, Recovery, Target, VisibleState } from './target.ts'
export { landedByRun, planUndo, planUndoOfSeveral, type UndoOptions, type UndoPlan } from './undo.ts'
