import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '@patchlane/kernel'
import type { PackageManifest } from '../detect/manifests.ts'
import { foldersUpwards } from '../project-files.ts'

/** The files of one state of a project, as resolution needs them. Deleted files are in it: what still names one depends on it. */
export class SourceTree {
  readonly directory: string
  readonly files: ReadonlySet<string>
  readonly folders: ReadonlySet<string>
  readonly packages: ReadonlyMap<string, PackageManifest>
  readonly packageFolders: ReadonlyMap<string, string>
  readonly #packageOf = new Map<string, string>()

  constructor(directory: string, files: Iterable<string>, packages: ReadonlyMap<string, PackageManifest>) {
    this.directory = directory
    this.files = new Set(files)
    this.packages = packages
    const folders = new Set<string>()
    for (const file of this.files) {
      for (let cut = file.lastIndexOf('/'); cut > 0; cut = file.lastIndexOf('/', cut - 1)) {
        const folder = file.slice(0, cut)
        if (folders.has(folder)) break
        folders.add(folder)
      }
    }
    this.folders = folders
    const named = [...packages].flatMap(([folder, manifest]) =>
      manifest.name === undefined ? [] : [[manifest.name, folder] as const],
    )
    this.packageFolders = new Map(named)
  }

  /** The innermost folder above `folder` (or itself) with a package manifest; '' if there is none. */
  packageOf(folder: string): string {
    const known = this.#packageOf.get(folder)
    if (known !== undefined) return known
    const found = foldersUpwards(folder).find((candidate) => this.packages.has(candidate)) ?? ''
    this.#packageOf.set(folder, found)
    return found
  }

  /** Content and digest; undefined for what is not there (deleted) or is no regular file. */
  async read(path: string): Promise<{ text: string; digest: string } | undefined> {
    try {
      const bytes = await readFile(join(this.directory, path))
      return { text: bytes.toString('utf8'), digest: sha256(bytes) }
    } catch {
      return undefined
    }
  }
}
