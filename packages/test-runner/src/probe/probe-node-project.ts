import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { dependenciesOf, type PackageManifest } from '../detect/manifests.ts'
import { foldersUpwards } from '../project-files.ts'
import type { ProbeProblem } from './probe-problem.ts'

/**
 * Proves that the packages of the tree which a package depends on, directly or through others, resolve inside the tree: a linked
 * `node_modules` can lead into another checkout, and tests would judge the code there.
 */
export async function probeNodeProject(
  directory: string,
  folder: string,
  packages: ReadonlyMap<string, PackageManifest>,
): Promise<ProbeProblem[]> {
  const root = await realpath(directory)
  const folders = new Map(
    [...packages].flatMap(([place, manifest]) => (manifest.name === undefined ? [] : [[manifest.name, place]])),
  )
  const problems: ProbeProblem[] = []
  const visited = new Set<string>()
  const waiting = [folder]
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (visited.has(place)) continue
    visited.add(place)
    const manifest = packages.get(place)
    for (const name of manifest === undefined ? [] : dependenciesOf(manifest)) {
      const home = folders.get(name)
      if (home === undefined) continue
      const problem = await probeLink(directory, root, place, name, home)
      if (problem !== undefined) problems.push(problem)
      waiting.push(home)
    }
  }
  return problems
}

async function probeLink(
  directory: string,
  root: string,
  place: string,
  name: string,
  home: string,
): Promise<ProbeProblem | undefined> {
  for (const above of foldersUpwards(place)) {
    const target = await realpath(join(directory, above, 'node_modules', name)).catch(() => undefined)
    if (target === undefined) continue
    if (target === join(root, home) || target.startsWith(join(root, home) + sep)) return undefined
    return {
      name,
      message: `${place || 'the top package'} would import ${name} from ${target}, not from ${home || '.'} of the staged tree.`,
      remedy: `Link the workspace's packages inside the staging folder: install there from the lockfile (offline is enough), or share only the store of outside packages and not node_modules/${name}.`,
    }
  }
  return {
    name,
    message: `${place || 'the top package'} depends on ${name} of this tree, and cannot resolve it in the staging folder.`,
    remedy: 'Install or link the dependencies in the staging folder before its tests run.',
  }
}
