export { SqlPatchQueue, SqlPatchQueue as PostgresPatchStore, type SqlPatchQueueOptions } from './sql-patch-queue.ts'
export { SqlPatchStore } from './sql-patch-store.ts'
