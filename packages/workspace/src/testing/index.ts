export { type WorkspaceStoreHarness, workspaceStoreContract } from './contract.ts'
