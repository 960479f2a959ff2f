export { SqlWorkspaceStore } from './sql-workspace-store.ts'
