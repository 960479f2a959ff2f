import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Role, Token } from './tokens.ts'
import { roles } from './tokens.ts'

/** Who is asking. */
export interface Identity {
  name: string
  role: Role
}

/**
 * The known tokens. Holds digests only, under a key of this process, and compares all of them every time: how long an
 * answer takes tells nothing about how near a guess was.
 */
export class TokenBook {
  readonly #key = randomBytes(32)
  readonly #entries: { identity: Identity; digest: Buffer }[]

  constructor(tokens: readonly Token[]) {
    this.#entries = tokens.map(({ name, role, secret }) => ({ identity: { name, role }, digest: this.#digest(secret) }))
  }

  /** Whose secret this is. */
  find(secret: string): Identity | undefined {
    const digest = this.#digest(secret)
    let found: Identity | undefined
    for (const entry of this.#entries) if (timingSafeEqual(entry.digest, digest)) found = entry.identity
    return found
  }

  #digest(secret: string): Buffer {
    return createHmac('sha256', this.#key).update(secret).digest()
  }
}

/** Whether a role reaches as far as the one asked for. */
export function reaches(role: Role, wanted: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(wanted)
}

/** Whether a patch by `agent` was submitted with the token of this name. */
export function isAuthor(name: string, agent: string): boolean {
  return agent === name || agent.startsWith(`${name}/`)
}
