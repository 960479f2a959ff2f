import { createHash } from 'node:crypto'
import { type ObjectId, objectIdSchema } from './ids.ts'

/** What can be digested: JSON, without `undefined`, functions or class instances. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** JSON with sorted keys and no white space: equal values have equal text (the scheme of RFC 8785 for the values that occur here). */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

/** SHA-256 in hex. */
export function sha256(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('hex')
}

/** SHA-256, in hex, of a value's canonical JSON. */
export function digestJson(value: Json): string {
  return sha256(canonicalJson(value))
}

/** The id git gives to a blob with this content. `format` is the repository's object format. */
export function blobId(content: Uint8Array, format: 'sha1' | 'sha256' = 'sha1'): ObjectId {
  const hash = createHash(format).update(`blob ${content.byteLength}\0`).update(content)
  return objectIdSchema.parse(hash.digest('hex'))
}
