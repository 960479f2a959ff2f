import { type ErrorKind, PatchlaneError } from '@patchlane/kernel'
import { BodyTooLargeError, InvalidRequestError } from './errors.ts'
import type { Problem } from './wire/index.ts'

const statusByKind = {
  usage: 400,
  approval: 403,
  conflict: 409,
  stale: 412,
  failed: 500,
  environment: 503,
} as const satisfies Record<ErrorKind, number>

const statusByCode: ReadonlyMap<string, number> = new Map([
  ['SERVER_UNAUTHORIZED', 401],
  ['SERVER_FORBIDDEN', 403],
  ['SERVER_SELF_APPROVAL', 403],
  ['SERVER_BODY_TOO_LARGE', 413],
  ['SERVER_UNSUPPORTED_MEDIA_TYPE', 415],
])

const titles = {
  usage: 'The request is wrong',
  approval: 'A person has to answer first',
  conflict: 'Another change stands in the way',
  stale: 'The request was made against something that has moved',
  failed: 'It was tried and did not work',
  environment: 'Something the server needs is missing',
} as const satisfies Record<ErrorKind, string>

class InternalError extends PatchlaneError {
  readonly code = 'SERVER_INTERNAL'
}

class UnsupportedMediaTypeError extends InvalidRequestError {
  override readonly code = 'SERVER_UNSUPPORTED_MEDIA_TYPE'
}

/** What a thrown value looks like to a client. Unexpected errors show nothing of themselves; the log has them. */
export function toProblem(thrown: unknown): Problem {
  const error = classify(thrown)
  const { message, ...report } = error.toReport()
  return {
    type: `urn:patchlane:error:${report.code.toLowerCase()}`,
    title: titles[error.kind],
    status: httpStatusOf(error),
    detail: message,
    ...report,
  }
}

/** The HTTP status of an error: by its code where one is named, `*_NOT_FOUND` is 404, else by its kind. */
export function httpStatusOf(error: Pick<PatchlaneError, 'code' | 'kind'>): number {
  return statusByCode.get(error.code) ?? (error.code.endsWith('_NOT_FOUND') ? 404 : statusByKind[error.kind])
}

function classify(thrown: unknown): PatchlaneError {
  if (PatchlaneError.is(thrown)) return thrown
  const { code, statusCode, message } = describe(thrown)
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new BodyTooLargeError(thrown)
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new UnsupportedMediaTypeError('The server does not read this content type.', {
      cause: thrown,
      remedy: 'Send application/json, or a patch as text/x-diff or text/plain.',
    })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new InvalidRequestError(`The request is not valid: ${message}`, {
      cause: thrown,
      remedy: 'Compare the request with /openapi.json.',
    })
  return new InternalError('The server failed on this request.', {
    cause: thrown,
    remedy: "The server's log says more, under the request's id.",
  })
}

function describe(thrown: unknown): { code?: unknown; statusCode?: number; message: string } {
  if (!(thrown instanceof Error)) return { message: String(thrown) }
  const statusCode = 'statusCode' in thrown && typeof thrown.statusCode === 'number' ? thrown.statusCode : undefined
  return {
    message: thrown.message,
    ...('code' in thrown ? { code: thrown.code } : {}),
    ...(statusCode === undefined ? {} : { statusCode }),
  }
}
