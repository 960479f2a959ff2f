/**
 * The JSON forms in which CLI and server show what the pipeline knows: one schema and, where it differs from the
 * pipeline's own shape, one conversion each. Needs no HTTP library.
 */
export { type ApprovalView, approvalViewSchema, toApprovalView } from './approval-view.ts'
export { type ContextView, contextFileSchema, contextViewSchema } from './context-view.ts'
export { type ErrorView, errorKinds, errorViewSchema, type Problem, problemSchema } from './error-view.ts'
export { type EventView, eventViewSchema } from './event-view.ts'
export { type IndexView, indexSummarySchema } from './index-view.ts'
export {
  type PatchDetail,
  type PatchView,
  patchDetailSchema,
  patchFileViewSchema,
  patchViewSchema,
  toPatchDetail,
  toPatchView,
} from './patch-view.ts'
export { type StampView, stampViewSchema } from './stamp-view.ts'
export { runSummarySchema, type StatusView, statusViewSchema, toStatusView } from './status-view.ts'
