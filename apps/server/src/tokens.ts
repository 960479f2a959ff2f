import { randomBytes } from 'node:crypto'
import { TokenSpecError } from './errors.ts'

/**
 * What the holder of a token may do; each role includes those before it.
 *
 * - `reader`: read everything but secrets, ask for contexts.
 * - `agent`: submit patches, withdraw its own.
 * - `approver`: approve and reject what others submitted, withdraw any patch, start an index.
 */
export const roles = ['reader', 'agent', 'approver'] as const
export type Role = (typeof roles)[number]

export interface Token {
  /** Who holds it; patches submitted with it carry this name. */
  name: string
  role: Role
  secret: string
}

const MIN_SECRET_LENGTH = 16

/** Reads `name:role:secret` entries separated by commas, semicolons or white space. @throws {TokenSpecError} */
export function parseTokens(text: string): Token[] {
  const tokens = text
    .split(/[\s,;]+/)
    .filter((entry) => entry !== '')
    .map(parseToken)
  const names = tokens.map((token) => token.name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new TokenSpecError(`the name "${twice}" occurs twice`)
  return tokens
}

function parseToken(entry: string, at: number): Token {
  const [name = '', roleName = '', ...rest] = entry.split(':')
  const secret = rest.join(':')
  if (!/^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/.test(name)) throw new TokenSpecError(`entry ${at + 1} has no usable name`)
  const role = roles.find((known) => known === roleName)
  if (role === undefined) throw new TokenSpecError(`"${name}" has no role of ${roles.join(', ')}`)
  if (secret.length < MIN_SECRET_LENGTH)
    throw new TokenSpecError(`the secret of "${name}" is shorter than ${MIN_SECRET_LENGTH} characters`)
  return { name, role, secret }
}

/** Two fresh tokens for one start of a server: one that submits and one that approves, since nobody approves its own work. */
export function generateTokens(): Token[] {
  const secret = () => randomBytes(24).toString('base64url')
  return [
    { name: 'local-agent', role: 'agent', secret: secret() },
    { name: 'local-approver', role: 'approver', secret: secret() },
  ]
}
