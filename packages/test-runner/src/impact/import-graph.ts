import { folderOf, foldersUpwards } from '../project-files.ts'
import type { Targets } from './targets.ts'

/** How a file was reached: from which file, which it refers to. The changed files themselves have no `through`. */
export interface Reach {
  /** The next file on the way to what changed. */
  through: string | undefined
  /** Steps to what changed. */
  distance: number
}

/** Who refers to what. A reference to a folder is one to everything in it. */
export class ImportGraph {
  readonly #targets = new Map<string, Targets>()
  readonly #importers = new Map<string, Set<string>>()
  readonly #folderImporters = new Map<string, Set<string>>()

  add(path: string, targets: Targets): void {
    const known = this.#targets.get(path)
    if (known === undefined)
      this.#targets.set(path, { files: new Set(targets.files), folders: new Set(targets.folders) })
    for (const file of targets.files) {
      known?.files.add(file)
      link(this.#importers, file, path)
    }
    for (const folder of targets.folders) {
      known?.folders.add(folder)
      link(this.#folderImporters, folder, path)
    }
  }

  /** Everything that leads to one of the seeds, nearest first. */
  reaching(seeds: Iterable<string>): Map<string, Reach> {
    const reached = new Map<string, Reach>()
    for (const seed of seeds) reached.set(seed, { through: undefined, distance: 0 })
    for (const [path, { distance }] of reached) {
      for (const importer of this.#importersOf(path)) {
        if (!reached.has(importer)) reached.set(importer, { through: path, distance: distance + 1 })
      }
    }
    return reached
  }

  /** Everything that `path` leads to, itself included. `files` are all files of the tree, for references to folders. */
  closure(path: string, files: readonly string[]): Set<string> {
    const result = new Set([path])
    const folders = new Set<string>()
    for (const current of result) {
      const targets = this.#targets.get(current)
      if (targets === undefined) continue
      for (const file of targets.files) result.add(file)
      for (const folder of targets.folders) {
        if (folders.has(folder)) continue
        folders.add(folder)
        for (const file of files) if (folder === '' || file.startsWith(`${folder}/`)) result.add(file)
      }
    }
    return result
  }

  *#importersOf(path: string): Iterable<string> {
    yield* this.#importers.get(path) ?? []
    if (this.#folderImporters.size === 0) return
    for (const folder of foldersUpwards(folderOf(path))) yield* this.#folderImporters.get(folder) ?? []
  }
}

function link(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, new Set([value]))
  else values.add(value)
}
