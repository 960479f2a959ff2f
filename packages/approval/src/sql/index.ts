export { SqlApprovalStore } from './sql-approval-store.ts'
