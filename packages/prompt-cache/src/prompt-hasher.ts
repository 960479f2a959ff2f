import { createHmac, randomBytes } from 'node:crypto'
import { canonicalJson, InvalidInputError, type Json } from '@patchlane/kernel'

/** A request to a model provider, as it is about to be sent. Headers are left out on purpose: they carry secrets, not the question. */
export interface PromptRequest {
  /** `anthropic`, `openai`, ... */
  provider: string
  url: string
  /** The API version, where it is not part of the URL. */
  version?: string
  /** The whole body: every field may change the answer. */
  body: unknown
}

export interface PromptHasherOptions {
  /** Answers are never shared between tenants. */
  tenant: string
  /** Keys the hashes, so that they tell nobody what was asked. Processes that share a cache need the same one. @default random, for this process only */
  secret?: string | Uint8Array
  /** Top-level fields of the body that do not reach the model, besides {@link transportFields}. */
  ignore?: readonly string[]
}

/** Fields that tell the provider who asks or how to route, not what to answer. A deny-list: a field we do not know is part of the key. */
export const transportFields: readonly string[] = [
  'metadata',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'user',
]

const secretParameter = /^(?:key|api[-_]?key|access[-_]?token|token|sig|signature)$/i

/**
 * Makes cache keys: an HMAC-SHA-256, under a key of the tenant's own, of the canonical JSON (RFC 8785) of the whole body with
 * provider, URL and version. Two requests have one key only if they differ in nothing but the order of members, transport
 * fields, provider cache marks and credentials in the URL.
 */
export class PromptHasher {
  readonly #key: Buffer
  readonly #ignored: ReadonlySet<string>

  constructor({ tenant, secret = randomBytes(32), ignore = [] }: PromptHasherOptions) {
    this.#key = createHmac('sha256', secret).update(`patchlane prompt-cache tenant\0${tenant}`).digest()
    this.#ignored = new Set([...transportFields, ...ignore])
  }

  /** 64 hex digits. @throws {InvalidInputError} when the body is not JSON (NaN, a function, a class instance ...): hashing it could mix up two requests. */
  key({ provider, url, version, body }: PromptRequest): string {
    const json = withoutCacheMarks(toJson(body, 'body'))
    const meaning = isMembers(json)
      ? Object.fromEntries(Object.entries(json).filter(([name]) => !this.#ignored.has(name)))
      : json
    const identity = { provider, url: withoutCredentials(url), version: version ?? null, body: meaning }
    return createHmac('sha256', this.#key).update(canonicalJson(identity)).digest('hex')
  }
}

/** The value as JSON. Members that are `undefined` are left out, as they are when it is sent. */
export function toJson(value: unknown, path: string): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (Array.isArray(value)) return value.map((item, index) => toJson(item, `${path}[${index}]`))
  if (typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    return Object.fromEntries(members.map(([name, member]) => [name, toJson(member, `${path}.${name}`)]))
  }
  throw new InvalidInputError(`${path} is not JSON.`, { remedy: 'Pass the body exactly as it is sent.' })
}

type Members = { readonly [name: string]: Json }

function isMembers(value: Json | undefined): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Takes `cache_control` off the places where Anthropic's API defines it, and only there: elsewhere it is somebody's data. */
export function withoutCacheMarks(body: Json): Json {
  if (!isMembers(body)) return body
  const blocks = (value: Json | undefined) => (Array.isArray(value) ? value.map(unmarked) : value)
  const messages = Array.isArray(body.messages)
    ? body.messages.map((message: Json) =>
        isMembers(message) && message.content !== undefined
          ? { ...message, content: blocks(message.content) ?? null }
          : message,
      )
    : body.messages
  const parts = { system: blocks(body.system), tools: blocks(body.tools), messages }
  const present = Object.entries(parts).flatMap(([name, part]) => (part === undefined ? [] : [[name, part] as const]))
  return unmarked({ ...body, ...Object.fromEntries(present) })
}

function unmarked(block: Json): Json {
  if (!isMembers(block)) return block
  return Object.fromEntries(Object.entries(block).filter(([name]) => name !== 'cache_control'))
}

function withoutCredentials(url: string): string {
  if (!URL.canParse(url)) throw new InvalidInputError(`${JSON.stringify(url)} is not a URL.`)
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  for (const name of [...parsed.searchParams.keys()]) if (secretParameter.test(name)) parsed.searchParams.delete(name)
  return parsed.href
}
