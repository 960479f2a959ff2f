export {
  type Approval,
  type ApprovalAnswer,
  type ApprovalDraft,
  type ApprovalStatus,
  approvalSchema,
  approvalStatusSchema,
} from './approval.ts'
export type { ApprovalChannel } from './approval-channel.ts'
export { type ApprovalEvents, ApprovalGate, type ApprovalGateOptions, type ApprovalOpinion } from './approval-gate.ts'
export {
  ApprovalPolicy,
  type ApprovalRule,
  approvalDecisionSchema,
  approvalRuleSchema,
  defaultApprovalRules,
  type PolicyDecision,
} from './approval-policy.ts'
export type { ApprovalFilter, ApprovalStore } from './approval-store.ts'
export { assertAnswerable } from './check-answer.ts'
export type { Consultation } from './consultation.ts'
export { contentKey } from './content-key.ts'
export { ApprovalNotFoundError, ApprovalSettledError, SelfApprovalError } from './errors.ts'
export { MemoryApprovalStore } from './memory/memory-approval-store.ts'
export { RiskAssessor, type RiskAssessorOptions } from './risk/risk-assessor.ts'
export {
  type RiskAssessment,
  type RiskLevel,
  type RiskReason,
  riskAssessmentSchema,
  riskLevels,
} from './risk/risk-level.ts'
export { WebhookChannel, type WebhookChannelOptions, WebhookError } from './webhook/webhook-channel.ts'
