import type { Json } from '@patchlane/kernel'
import { toJson, withoutCacheMarks } from '../prompt-hasher.ts'

export interface CacheBreak {
  /** The first field that differs: `tools[2].description`. */
  field: string
  /** `changed`: another value; `moved`: members or tools in another order; `missing` and `added`: before the end. */
  kind: 'changed' | 'moved' | 'missing' | 'added'
  /** The first differing character within the field's value. */
  offset: number
  /** Up to 40 characters from there, before and now. */
  before: string
  now: string
  /** Estimated tokens of the previous prompt that can still be read from the provider's cache, and that cannot. */
  keptTokens: number
  lostTokens: number
  /** What such a difference usually comes from, where it can be told. */
  hint: string | null
}

interface Leaf {
  path: string
  text: string
}

/** What the providers put in front, in this order; other fields do not enter the prefix. */
const sections = ['model', 'tools', 'system', 'instructions', 'messages', 'input'] as const

/**
 * Names the first field in which a prompt stops being a continuation of the previous one, in the order in which providers lay
 * prompts out. Null when everything the previous prompt held can be read from the cache.
 */
export function findCacheBreak(previous: unknown, next: unknown): CacheBreak | null {
  const before = leavesOf(previous, 'previous')
  const now = leavesOf(next, 'next')
  const index = before.findIndex((leaf, n) => leaf.path !== now[n]?.path || leaf.text !== now[n]?.text)
  const old = before[index]
  if (old === undefined) return null
  const current = now[index]
  const samePath = current?.path === old.path
  const offset = samePath ? firstDifference(old.text, current.text) : 0
  const kept = before.slice(0, index).reduce((sum, leaf) => sum + leaf.text.length, offset)
  const total = before.reduce((sum, leaf) => sum + leaf.text.length, 0)
  const excerpts = { before: old.text.slice(offset, offset + 40), now: current?.text.slice(offset, offset + 40) ?? '' }
  const kind = samePath ? kindOfValue(before, now, old, current) : kindOfPath(before, now, old, current)
  return {
    field: kind === 'added' && current !== undefined ? current.path : old.path,
    kind,
    offset,
    ...excerpts,
    keptTokens: Math.floor(kept / 4),
    lostTokens: Math.ceil((total - kept) / 4),
    hint: hintFor(kind, samePath ? [old.text, current.text] : []),
  }
}

function leavesOf(body: unknown, name: string): Leaf[] {
  const json = withoutCacheMarks(toJson(body, name))
  const leaves: Leaf[] = []
  const walk = (path: string, value: Json): void => {
    if (value === null || typeof value !== 'object')
      leaves.push({ path, text: typeof value === 'string' ? value : JSON.stringify(value) })
    else
      for (const [key, member] of Object.entries(value))
        walk(Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, member)
  }
  if (json === null || typeof json !== 'object') return []
  const members = new Map(Object.entries(json))
  for (const section of sections) {
    const value = members.get(section)
    if (value !== undefined) walk(section, value)
  }
  return leaves
}

function kindOfValue(before: Leaf[], now: Leaf[], old: Leaf, current: Leaf): CacheBreak['kind'] {
  const list = /^(tools)\[/.exec(old.path)
  const swapped = now.some(({ text }) => text === old.text) && before.some(({ text }) => text === current.text)
  return list !== null && swapped ? 'moved' : 'changed'
}

function kindOfPath(before: Leaf[], now: Leaf[], old: Leaf, current: Leaf | undefined): CacheBreak['kind'] {
  const stays = now.some(({ path }) => path === old.path)
  if (!stays) return 'missing'
  return current !== undefined && before.some(({ path }) => path === current.path) ? 'moved' : 'added'
}

function firstDifference(a: string, b: string): number {
  let index = 0
  while (index < a.length && a[index] === b[index]) index++
  return index
}

function hintFor(kind: CacheBreak['kind'], values: readonly string[]): string | null {
  if (kind === 'moved') return 'Members or tools come in another order; sort them.'
  const rest = (pattern: RegExp) => {
    const [a, b] = values.map((value) => value.replaceAll(pattern, ''))
    return a !== undefined && a === b
  }
  if (
    rest(
      /\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?|\b1[5-9]\d{8}(?:\d{3})?\b|\b\d\d:\d\d(?::\d\d)?\b/g,
    )
  )
    return 'A time or date; leave it out or put it at the end.'
  if (rest(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi))
    return 'A random id; leave it out or put it at the end.'
  if (rest(/\b[0-9a-f]{7,64}\b/gi)) return 'A commit or digest; put it after what stays the same.'
  if (rest(/\d+/g)) return 'A number that counts; leave it out or put it at the end.'
  return null
}
