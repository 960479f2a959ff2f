import { parseRepoPath, type RepoPath } from '@patchlane/kernel'
import { type ByteText, toReadable } from './byte-text.ts'

/**
 * A path as a patch writes it, as a path of the tree; a leading `./` goes.
 * @throws {UnsafePathError} when it leaves the tree or cannot be written on some system.
 */
export function patchPath(text: ByteText): RepoPath {
  return parseRepoPath(toReadable(text).replace(/^(?:\.\/)+/, ''))
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  '"': '"',
  '\\': '\\',
}

/** Undoes git's C-style quoting; text that is not quoted is returned as it is. */
export function unquotePath(text: ByteText): ByteText {
  if (!/^".*"$/s.test(text)) return text
  return text.slice(1, -1).replace(/\\([0-7]{1,3}|.)/gs, (_, code: string) => {
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff)
    return ESCAPES[code] ?? code
  })
}

/** A path as git writes it in a diff: quoted where it has a control character, a quote or a backslash. */
export function quotePath(path: string): string {
  if (!/["\\\p{Cc}]/u.test(path)) return path
  const quoted = path.replace(/["\\\p{Cc}]/gu, (character) => {
    const known = Object.entries(ESCAPES).find(([, value]) => value === character)
    if (known !== undefined) return `\\${known[0]}`
    return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
  })
  return `"${quoted}"`
}
