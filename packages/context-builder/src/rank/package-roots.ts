import type { CodeView } from '../code-view.ts'
import { termsOf, wordPattern } from '../words.ts'

const manifest = /(?:^|\/)(?:package\.json|pyproject\.toml|setup\.py|Cargo\.toml|go\.mod)$/

/** The folders below the root that are packages of their own, and which of them each file belongs to. */
export class PackageRoots {
  /** Each package's folder, and its name: without case and separators, and as terms. */
  readonly packages: readonly { folder: string; plain: string; terms: readonly string[] }[]
  /** For each file, the place of its nearest package in `packages`; -1 for the repository's own. */
  readonly rootOf: Int32Array

  static #cache = new WeakMap<CodeView, PackageRoots>()

  static of(view: CodeView): PackageRoots {
    const roots = PackageRoots.#cache.get(view) ?? new PackageRoots(view)
    PackageRoots.#cache.set(view, roots)
    return roots
  }

  private constructor(view: CodeView) {
    const folders = new Map<string, number>()
    for (const { path, role } of view.files) {
      if (role === 'test' || role === 'vendored' || !path.includes('/') || !manifest.test(path)) continue
      const folder = path.slice(0, path.lastIndexOf('/'))
      if (!folders.has(folder)) folders.set(folder, folders.size)
    }
    this.packages = [...folders.keys()].map((folder) => {
      const name = folder.slice(folder.lastIndexOf('/') + 1)
      const words = name.match(wordPattern(name)) ?? []
      return { folder, plain: plainName(name), terms: [...new Set(words.flatMap(termsOf))] }
    })
    const known = new Map<string, number>([['', -1]])
    const rootOf = (folder: string): number => {
      let root = known.get(folder)
      if (root === undefined) {
        root = folders.get(folder) ?? rootOf(folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '')
        known.set(folder, root)
      }
      return root
    }
    this.rootOf = Int32Array.from(view.files, ({ path }) =>
      rootOf(path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''),
    )
  }
}

/** A name without case and separators: `plugin-react`, `pluginReact`. */
export function plainName(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}
