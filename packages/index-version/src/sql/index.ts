export { SqlIndexVersionStore } from './sql-index-version-store.ts'
