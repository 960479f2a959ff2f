import { realpathSync } from 'node:fs'
import { isAbsolute, relative } from 'node:path'

/** A path as the patch names it, from what a tool reports: relative, absolute, or absolute by its true name. */
export function pathIn(directory: string, reported: string): string {
  if (!isAbsolute(reported)) return reported.replaceAll('\\', '/').replace(/^\.\//, '')
  for (const root of [directory, realpathSync(directory)]) {
    const inside = relative(root, reported)
    if (!inside.startsWith('..') && !isAbsolute(inside)) return inside.replaceAll('\\', '/')
  }
  return reported
}
