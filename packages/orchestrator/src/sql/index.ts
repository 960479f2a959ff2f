export { SqlCheckpointSaver, type SqlCheckpointSaverOptions } from './sql-checkpoint-saver.ts'
export { SqlRunStore, type SqlRunStoreOptions } from './sql-run-store.ts'
