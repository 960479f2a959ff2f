import { errorMessage } from '@patchlane/kernel'
import { DatabaseBusyError, DatabaseFullError, DatabaseUnavailableError } from '../errors.ts'

export function sqlStateOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}

/** A deadlock's victim, or a serialization failure: the server asks to have the transaction run again. */
export function isPostgresRetryable(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlStateOf(error)) || isNameProblem(error)
}

/** A named statement that this server does not know, or knows already: a pooler has changed the server in between. */
export function isNameProblem(error: unknown): boolean {
  return ['26000', '42P05'].includes(sqlStateOf(error))
}

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
])

/** Connection lost or refused; server starting, stopping or out of connections. */
export function isConnectionProblem(error: unknown): boolean {
  const code = sqlStateOf(error)
  if (networkCodes.has(code) || /^(?:08|57P0|25P03)/.test(code) || code === '53300') return true
  if (error instanceof AggregateError) return error.errors.some(isConnectionProblem)
  return /connection terminated|connection timeout|timeout exceeded when trying to connect|not queryable|client has encountered a connection error|connection ended unexpectedly/i.test(
    errorMessage(error),
  )
}

/** What we can tell a caller something useful about; anything else is passed on as it is. Never names the URL: it holds a password. */
export function translatePostgresError(error: unknown): unknown {
  if (isConnectionProblem(error))
    return new DatabaseUnavailableError(
      `The database cannot be reached: ${errorMessage(error) || sqlStateOf(error)}.`,
      {
        cause: error,
        remedy: 'Check that the server of DATABASE_URL runs and accepts connections; then repeat.',
      },
    )
  if (sqlStateOf(error) === '55P03')
    return new DatabaseBusyError('Another transaction holds what this one needs.', {
      cause: error,
      remedy: 'Try again; if it stays, look for a Patchlane process that hangs.',
    })
  if (['53100', '53200'].includes(sqlStateOf(error)))
    return new DatabaseFullError(`The database server is out of space: ${errorMessage(error)}.`, {
      cause: error,
      remedy: 'Free space on the server; nothing of this transaction was kept.',
    })
  return error
}
