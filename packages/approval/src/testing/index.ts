export { type ApprovalStoreHarness, approvalStoreContract } from './approval-store-contract.ts'
export { consultationFixture } from './consultation-fixture.ts'
