import { z } from 'zod'
import { UnsafePathError } from './errors.ts'

const MAX_PATH_BYTES = 4096
const MAX_COMPONENT_BYTES = 255
/** Names that Windows reserves in every folder, with or without an extension. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|conin\$|conout\$|com[1-9¹²³]|lpt[1-9¹²³]) *(?:\..*)?$/i
/** Code points that HFS+ ignores when it compares names (git's `next_hfs_char`). */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

/** A path that {@link repoPathProblem} has no objection to: relative to the root, `/` between components. */
export const repoPathSchema = z
  .string()
  .check((context) => {
    const problem = repoPathProblem(context.value)
    if (problem !== undefined) context.issues.push({ code: 'custom', message: problem, input: context.value })
  })
  .brand<'RepoPath'>()
export type RepoPath = z.infer<typeof repoPathSchema>

/** @throws {UnsafePathError} with the first reason found. */
export function parseRepoPath(text: string): RepoPath {
  const problem = repoPathProblem(text)
  if (problem !== undefined) throw new UnsafePathError(text, problem)
  return repoPathSchema.parse(text)
}

/** Why a path cannot be written inside a repository, on any system; `undefined` if it can. Purely lexical: links are the writer's concern. */
export function repoPathProblem(text: string): string | undefined {
  if (text === '') return 'it is empty'
  if (text.includes('\0')) return 'it has a NUL byte'
  if (!text.isWellFormed()) return 'it is not valid Unicode'
  if (text.includes('\\')) return 'it has a backslash, which separates folders on Windows'
  if (text.startsWith('/')) return 'it is absolute'
  if (/^[A-Za-z]:/.test(text)) return 'it begins with a drive letter'
  if (Buffer.byteLength(text) > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`
  for (const component of text.split('/')) {
    const problem = componentProblem(component)
    if (problem !== undefined) return problem
  }
  return undefined
}

function componentProblem(component: string): string | undefined {
  if (component === '') return 'it has an empty component'
  if (component === '.' || component === '..') return `it has the component "${component}"`
  if (/\p{Cc}/u.test(component)) return 'it has a control character'
  if (/[. ]$/.test(component)) return `"${component}" ends in a dot or a blank, which Windows drops`
  if (isGitDirectoryName(component)) return `"${component}" is a name of git's own folder`
  if (component.includes(':')) return `"${component}" has a colon, which names a stream on Windows`
  if (DEVICE_NAME.test(component)) return `"${component}" is a device name on Windows`
  if (Buffer.byteLength(component) > MAX_COMPONENT_BYTES)
    return `a component is longer than ${MAX_COMPONENT_BYTES} bytes`
  return undefined
}

/** `.git` in any case, and the other names by which HFS+ and NTFS reach it (git's `is_hfs_dotgit`, `is_ntfs_dotgit`). */
export function isGitDirectoryName(component: string): boolean {
  return ['.git', 'git~1'].includes(plainName(component))
}

/**
 * Whether a name is that of one of git's own files (`.gitmodules`, in small letters), or one by which HFS+ or NTFS may reach it: with characters that are
 * ignored, or as a short name (git's `is_hfs_dot_generic`, `is_ntfs_dot_generic`; the numbers of short names are not told apart).
 */
export function isNameOf(component: string, dotName: string): boolean {
  const plain = plainName(component)
  if (plain === dotName) return true
  const short = /^([^~]{1,6})~\d+$/.exec(plain)?.[1]
  if (short === undefined) return false
  // After four of one beginning, NTFS makes short names of the first two letters and a hash.
  return dotName.slice(1, 7) === short || new RegExp(`^${dotName.slice(1, 3)}[0-9a-f]{4}$`).test(short)
}

/** A name as HFS+ and NTFS compare it. */
function plainName(component: string): string {
  const plain = component.replace(HFS_IGNORED, '').normalize('NFC').toLowerCase()
  const [stem = ''] = plain.split(':')
  return stem.replace(/[. ]+$/, '')
}

/** The form under which two paths are the same file on a case-insensitive or normalising file system. */
export function foldPath(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC')
}

/** Pairs of different paths that some file system takes for one: by case, by Unicode form, or as file and folder. */
export function findPathCollisions(paths: Iterable<string>): [string, string][] {
  const byFold = new Map<string, string>()
  const collisions: [string, string][] = []
  for (const path of [...new Set(paths)].sort()) {
    const parts = path.split('/')
    for (let depth = 1; depth <= parts.length; depth++) {
      const prefix = parts.slice(0, depth).join('/')
      const isFile = depth === parts.length
      const key = foldPath(prefix)
      const seen = byFold.get(key)
      const entry = isFile ? prefix : `${prefix}/`
      if (seen === undefined) byFold.set(key, entry)
      else if (seen !== entry) {
        collisions.push([seen, isFile ? path : entry])
        break
      }
    }
  }
  return collisions
}
