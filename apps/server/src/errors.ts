import { type ErrorKind, PatchlaneError } from '@patchlane/kernel'

/** A token that is not `name:role:secret`, or is too weak. The secret is never part of the message. */
export class TokenSpecError extends PatchlaneError {
  readonly code = 'SERVER_TOKEN_SPEC'
  override readonly kind: ErrorKind = 'usage'

  constructor(problem: string) {
    super(`A token is refused: ${problem}.`, {
      remedy:
        'Set PATCHLANE_TOKENS to entries name:role:secret, separated by commas; roles are reader, agent, approver.',
    })
  }
}

/** The server would listen beyond this machine with tokens that nobody chose. */
export class ExposedWithoutTokensError extends PatchlaneError {
  readonly code = 'SERVER_EXPOSED_WITHOUT_TOKENS'
  override readonly kind: ErrorKind = 'usage'

  constructor(host: string) {
    super(`Listening on ${host} would let other machines reach this server, and no tokens are set.`, {
      remedy: 'Set PATCHLANE_TOKENS=name:role:secret, or listen on 127.0.0.1.',
    })
  }
}

/** The address cannot be listened on. */
export class ListenError extends PatchlaneError {
  readonly code = 'SERVER_LISTEN'
  override readonly kind: ErrorKind = 'environment'
  override readonly retryable = true

  constructor(host: string, port: number, cause: unknown) {
    super(`Cannot listen on ${host}, port ${port}.`, {
      cause,
      remedy: 'Stop the program that uses this address, or choose another port with --port (0 takes any free one).',
    })
  }
}

/** No token, or one that nobody has. */
export class UnauthorizedError extends PatchlaneError {
  readonly code = 'SERVER_UNAUTHORIZED'
  override readonly kind: ErrorKind = 'usage'

  constructor() {
    super('The request has no valid token.', { remedy: 'Send the header "Authorization: Bearer <secret>".' })
  }
}

/** A valid token whose role does not reach so far. */
export class ForbiddenError extends PatchlaneError {
  readonly code = 'SERVER_FORBIDDEN'
  override readonly kind: ErrorKind = 'usage'

  constructor(what: string, remedy: string) {
    super(what, { remedy })
  }
}

/** Who proposed a patch may not approve it. */
export class SelfApprovalError extends PatchlaneError {
  readonly code = 'SERVER_SELF_APPROVAL'
  override readonly kind: ErrorKind = 'usage'

  constructor(name: string, patchId: string) {
    super(`${name} proposed patch ${patchId} and may not approve it.`, {
      remedy: 'Let the holder of another token with the role approver answer.',
    })
  }
}

/** No such route. */
export class RouteNotFoundError extends PatchlaneError {
  readonly code = 'SERVER_ROUTE_NOT_FOUND'
  override readonly kind: ErrorKind = 'usage'

  constructor(method: string, url: string) {
    super(`There is no ${method} ${url}.`, { remedy: 'See /openapi.json for what there is.' })
  }
}

/** A stream of events that is not this repository's, or that there is not. */
export class StreamNotFoundError extends PatchlaneError {
  readonly code = 'SERVER_STREAM_NOT_FOUND'
  override readonly kind: ErrorKind = 'usage'

  constructor(stream: string) {
    super(`This server has no stream ${JSON.stringify(stream)}.`, {
      remedy: "Leave the stream out for the events of the target's patches.",
    })
  }
}

/** The patch belongs to another repository or target. */
export class PatchNotFoundError extends PatchlaneError {
  readonly code = 'SERVER_PATCH_NOT_FOUND'
  override readonly kind: ErrorKind = 'usage'

  constructor(patchId: string) {
    super(`There is no patch ${patchId} for this target.`, { remedy: 'See GET /v1/patches for what there is.' })
  }
}

/** A request that the HTTP layer or a route's schema refused. */
export class InvalidRequestError extends PatchlaneError {
  readonly code: string = 'SERVER_INVALID_REQUEST'
  override readonly kind: ErrorKind = 'usage'
}

/** A body beyond the route's limit. */
export class BodyTooLargeError extends PatchlaneError {
  readonly code = 'SERVER_BODY_TOO_LARGE'
  override readonly kind: ErrorKind = 'usage'

  constructor(cause: unknown) {
    super('The body is larger than this route takes.', {
      cause,
      remedy: 'Split the patch, or start the server with a higher limit.',
    })
  }
}
