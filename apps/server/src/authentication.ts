import type { FastifyRequest } from 'fastify'
import { ForbiddenError, UnauthorizedError } from './errors.ts'
import { type Identity, reaches, type TokenBook } from './token-book.ts'
import type { Role } from './tokens.ts'

const identities = new WeakMap<FastifyRequest, Identity>()

/** An `onRequest` hook: runs before a body is read, so that strangers cannot make the server read one. */
export function authenticate(book: TokenBook): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const secret = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    const identity = secret === undefined ? undefined : book.find(secret)
    if (identity === undefined) throw new UnauthorizedError()
    identities.set(request, identity)
  }
}

/** Who sent an authenticated request. @throws {UnauthorizedError} on a route without authentication. */
export function identityOf(request: FastifyRequest): Identity {
  const identity = identities.get(request)
  if (identity === undefined) throw new UnauthorizedError()
  return identity
}

/** An `onRequest` hook for a route that asks for more than reading. */
export function requireRole(role: Role): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const identity = identityOf(request)
    if (!reaches(identity.role, role))
      throw new ForbiddenError(
        `The token of ${identity.name} has the role ${identity.role}; this needs ${role}.`,
        `Use a token with the role ${role}.`,
      )
  }
}
