import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import { linkDependencies, manifests, packageFolders } from '@patchlane/workspace'

/** What an installation changes last: when none of these did, what was linked still holds. */
const installed = [
  'node_modules/.modules.yaml',
  'node_modules/.package-lock.json',
  'node_modules',
  '.venv/pyvenv.cfg',
  'venv/pyvenv.cfg',
]

/** Brings the checkout's installed dependencies into staging worktrees: once each, and again when they were installed anew. */
export class StagingDependencies {
  readonly #git: GitRepository
  readonly #linked = new Map<string, { state: string; paths: Set<string> }>()

  constructor(git: GitRepository) {
    this.#git = git
  }

  /** @returns the folders that were linked, relative to the worktree. */
  async prepare(directory: string): Promise<string[]> {
    const from = this.#git.workTree
    if (from === null) return []
    const state = await installationState(from)
    let known = this.#linked.get(directory)
    if (known?.state !== state) {
      // Links of an earlier process, or to packages that are gone: begin with none.
      await this.#git.git({ args: ['clean', '-ffdxq'], cwd: directory })
      known = { state, paths: new Set() }
      this.#linked.set(directory, known)
    }
    const { linked } = await linkDependencies({ from, to: directory, folders: await this.#packages(directory) })
    for (const path of linked) known.paths.add(path)
    return [...known.paths]
  }

  /** Asked of the index: looking through the folders of a large tree takes many times longer. */
  async #packages(directory: string): Promise<string[]> {
    const patterns = manifests.map((name) => `:(glob)**/${name}`)
    const { stdout } = await this.#git.git({ args: ['ls-files', '-z', '--', ...patterns], cwd: directory })
    return packageFolders(stdout.split('\0'))
  }
}

async function installationState(root: string): Promise<string> {
  const times = await Promise.all(
    installed.map((path) =>
      stat(join(root, path)).then(
        ({ mtimeMs }) => String(mtimeMs),
        () => '-',
      ),
    ),
  )
  return times.join(' ')
}
