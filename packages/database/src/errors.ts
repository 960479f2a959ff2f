import { type ErrorKind, PatchlaneError, type PatchlaneErrorOptions } from '@patchlane/kernel'

/** The store cannot be reached, or went away in the middle. Whether an open transaction was committed is unknown. */
export class DatabaseUnavailableError extends PatchlaneError {
  readonly code = 'DATABASE_UNAVAILABLE'
  override readonly kind: ErrorKind = 'environment'
  override readonly retryable = true
}

/** Another process held the write lock for longer than the busy timeout. */
export class DatabaseBusyError extends PatchlaneError {
  readonly code = 'DATABASE_BUSY'
  override readonly kind: ErrorKind = 'environment'
  override readonly retryable = true
}

/** The disk, or the quota, is full. Nothing of the transaction was kept. */
export class DatabaseFullError extends PatchlaneError {
  readonly code = 'DATABASE_FULL'
  override readonly kind: ErrorKind = 'environment'
  override readonly retryable = true
}

/** The file is not a database, or its pages are damaged. */
export class DatabaseCorruptError extends PatchlaneError {
  readonly code = 'DATABASE_CORRUPT'
  override readonly kind: ErrorKind = 'environment'
}

/** The driver of the chosen engine is not installed, or does not load on this Node. */
export class DatabaseDriverError extends PatchlaneError {
  readonly code = 'DATABASE_DRIVER'
  override readonly kind: ErrorKind = 'environment'
}

/** Neither a file nor a URL we know. */
export class DatabaseOptionsError extends PatchlaneError {
  readonly code = 'DATABASE_OPTIONS'
  override readonly kind: ErrorKind = 'usage'
}

/** A newer program has migrated this store; reading it with old eyes could do harm. */
export class SchemaTooNewError extends PatchlaneError {
  readonly code = 'DATABASE_SCHEMA_TOO_NEW'
  override readonly kind: ErrorKind = 'environment'

  constructor(found: number, known: number, options?: PatchlaneErrorOptions) {
    super(`The store has schema version ${found}; this program knows versions up to ${known}. Nothing was changed.`, {
      remedy: 'Update Patchlane to the version that the others who share this store use, or point it at another store.',
      ...options,
    })
  }
}

/** The store needs migrations, and the caller asked that none be run. */
export class SchemaOutdatedError extends PatchlaneError {
  readonly code = 'DATABASE_SCHEMA_OUTDATED'
  override readonly kind: ErrorKind = 'environment'

  constructor(found: number, known: number, options?: PatchlaneErrorOptions) {
    super(`The store has schema version ${found}; this program needs ${known}.`, {
      remedy: 'Call migrate(), or open the store without `migrate: false`.',
      ...options,
    })
  }
}

/** `transaction` was called inside a transaction of the same handle; on one connection that would wait for itself for ever. */
export class NestedTransactionError extends PatchlaneError {
  readonly code = 'DATABASE_NESTED_TRANSACTION'
  override readonly kind: ErrorKind = 'usage'

  constructor(options?: PatchlaneErrorOptions) {
    super('A transaction was started inside a transaction of the same database handle.', {
      remedy: 'Use the transaction that the callback was given.',
      ...options,
    })
  }
}
