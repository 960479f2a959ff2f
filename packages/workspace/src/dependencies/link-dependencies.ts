import { lstat, readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { linkNodeModules } from './link-node-modules.ts'
import { linkVirtualEnvironment } from './link-virtual-environment.ts'
import { manifests } from './package-folders.ts'
import { SourceStamps } from './source-stamps.ts'

export interface LinkDependenciesOptions {
  /** The checkout that has the dependencies installed. */
  from: string
  /** A worktree of the same repository. */
  to: string
  /**
   * `share`: links to the checkout's installed packages; an agent can write through them unless its sandbox shows the checkout
   * read-only. `copy`: copies of its own, by reflink where the file system can. Never hard links. @default 'share'
   */
  mode?: 'share' | 'copy'
  /** Folders of `to` that can have dependencies of their own, relative to it; '' is the root. @default those that hold a package.json or Python project file */
  folders?: readonly string[]
}

export interface DependencyReport {
  /** Folders that were made, relative to `to`: none of them belongs in a patch. */
  linked: string[]
  /** What was read of the checkout, by path, as it was then: while nothing of it changed, linking again would make the same. */
  sources: ReadonlyMap<string, string>
}

const environments = ['.venv', 'venv']

/**
 * Brings installed dependencies from a checkout into another worktree, package by package, so that imports of the project's own
 * packages resolve inside that worktree and never in the checkout. What is there already is left alone.
 *
 * - `node_modules` becomes a real folder of links: third-party packages point at the checkout's, workspace packages at the worktree's own.
 * - A virtual environment becomes a real one whose scripts, `.pth` files and editable installs are rewritten to the worktree.
 */
export async function linkDependencies(options: LinkDependenciesOptions): Promise<DependencyReport> {
  const { mode = 'share' } = options
  const [from, to] = await Promise.all([realpath(options.from), realpath(options.to)])
  const folders = new Set(['', ...(options.folders ?? (await projectFolders(to)))])
  const linked: string[] = []
  const sources = new SourceStamps()
  for (const folder of [...folders].sort()) {
    if (!(await isFolder(join(to, folder)))) continue
    const modules = join(folder, 'node_modules')
    sources.add(join(from, modules), ...environments.map((name) => join(from, folder, name, 'pyvenv.cfg')))
    if ((await isFolder(join(from, modules))) && !(await exists(join(to, modules)))) {
      await linkNodeModules({ from, to, folder: modules, mode, sources })
      linked.push(modules)
    }
    for (const name of environments) {
      const environment = join(folder, name)
      if (!(await exists(join(from, environment, 'pyvenv.cfg'))) || (await exists(join(to, environment)))) continue
      await linkVirtualEnvironment({ from, to, folder: environment, mode, sources })
      linked.push(environment)
    }
  }
  return { linked: linked.map((path) => path.replaceAll('\\', '/')), sources: sources.stamps }
}

async function projectFolders(root: string, folder = ''): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  const found = entries.some(({ name }) => manifests.includes(name))
  const inner = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
      .map(({ name }) => projectFolders(root, join(folder, name))),
  )
  return [...(found ? [folder] : []), ...inner.flat()]
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined
}
