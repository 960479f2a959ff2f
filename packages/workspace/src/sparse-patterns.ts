import { parseRepoPath } from '@patchlane/kernel'

/**
 * Git's patterns for a sparse checkout in cone mode: the files at the root and in each folder on the way to those asked for, and
 * everything in these.
 *
 * @throws {UnsafePathError} for a folder outside the tree.
 */
export function sparsePatterns(folders: readonly string[]): string {
  const parents = new Set<string>()
  const whole = new Set(folders.map((folder) => parseRepoPath(folder.replace(/\/+$/, ''))))
  for (const folder of whole)
    for (let at = folder.indexOf('/'); at >= 0; at = folder.indexOf('/', at + 1)) parents.add(folder.slice(0, at))
  const covered = (path: string) => [...whole].some((folder) => path === folder || path.startsWith(`${folder}/`))
  const lines = ['/*', '!/*/']
  for (const folder of [...new Set([...parents, ...whole])].sort()) {
    const name = folder.replaceAll(/[\\*?[\]]/g, '\\$&')
    if (parents.has(folder) && !covered(folder)) lines.push(`/${name}/`, `!/${name}/*/`)
    else lines.push(`/${name}/`)
  }
  return `${lines.join('\n')}\n`
}
