export type { Database, Dialect, SharedDatabaseOptions } from './database.ts'
export { compactAfterErasure, eraseFileContents } from './erasure.ts'
export {
  DatabaseBusyError,
  DatabaseCorruptError,
  DatabaseDriverError,
  DatabaseFullError,
  DatabaseOptionsError,
  DatabaseUnavailableError,
  NestedTransactionError,
  SchemaOutdatedError,
  SchemaTooNewError,
} from './errors.ts'
export { EventLog, type EventLogOptions, type ReadEventsOptions } from './event-log.ts'
export type { LeaseKeeper } from './lease-keeper/lease-keeper.ts'
export { type LeaseKey, type LeaseStanding, LeaseTable, leaseStanding } from './lease-table.ts'
export { schemaVersion } from './migrator.ts'
export { type OpenDatabaseOptions, openDatabase } from './open-database.ts'
export type { Compilable, ParameterOf } from './prepared-statement.ts'
export type { Schema } from './schema.ts'
export { VerdictCache } from './verdict-cache.ts'
export { LocalWakeUps, type WakeUps } from './wake-ups.ts'
