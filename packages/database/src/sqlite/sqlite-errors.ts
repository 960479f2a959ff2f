import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorMessage } from '@patchlane/kernel'
import { DatabaseBusyError, DatabaseCorruptError, DatabaseFullError, DatabaseUnavailableError } from '../errors.ts'

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}

export function isBusy(error: unknown): boolean {
  return /^SQLITE_(?:BUSY|LOCKED)/.test(codeOf(error))
}

/** What we can tell a caller something useful about; anything else is passed on as it is. */
export function translateSqliteError(error: unknown, file: string): unknown {
  const code = codeOf(error)
  const options = { cause: error }
  if (isBusy(error))
    return new DatabaseBusyError(`Another process holds the write lock of ${file}.`, {
      ...options,
      remedy: 'Try again; if it stays, look for a Patchlane process that hangs.',
    })
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return new DatabaseCorruptError(`${file} is damaged, or is no SQLite database: ${errorMessage(error)}.`, {
      ...options,
      remedy:
        `Stop every Patchlane process, move ${file}, ${file}-wal and ${file}-shm to another folder, and start again: ` +
        'a new store is made. Every landed patch is in git; patches still waiting must be proposed again ' +
        '(`sqlite3 FILE .recover` reads what is left of them).',
    })
  // Files beside the database that cannot grow are an error of input and output to SQLite.
  if (code === 'SQLITE_FULL' || (code.startsWith('SQLITE_IOERR') && isFull(file)))
    return new DatabaseFullError(`No space left for ${file}.`, {
      ...options,
      remedy: 'Free some space; nothing of this transaction was kept.',
    })
  if (/^SQLITE_(?:CANTOPEN|READONLY|IOERR|PERM|AUTH)/.test(code))
    return new DatabaseUnavailableError(`${file} cannot be read or written: ${errorMessage(error)}.`, {
      ...options,
      remedy: 'Check that the folder exists, that this user may write it, and that the disk is healthy.',
    })
  return error
}

function isFull(file: string): boolean {
  try {
    return statfsSync(dirname(file)).bavail === 0
  } catch {
    return false
  }
}
