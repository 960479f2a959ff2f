import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { digestJson } from '@patchlane/kernel'
import type { TestProject } from './detect/test-project.ts'
import { fileKind } from './impact/file-kind.ts'
import type { Impact } from './impact/test-impact-analyzer.ts'

/**
 * The key of a test file's verdict: a digest of the file, of all it can reach through the import graph, and of what no reference tells about
 * (data, configuration, lock files of the whole tree). Two equal keys mean that the run would see the same files.
 */
export class VerdictKeys {
  readonly #impact: Impact
  readonly #salt: string
  readonly #files: string[]
  readonly #digests = new Map<string, Promise<string>>()
  #surroundings: Promise<string> | undefined

  /** @param salt What the tree does not show: versions of interpreters, the machine's kind. */
  constructor(impact: Impact, salt: string) {
    this.#impact = impact
    this.#salt = salt
    this.#files = [...impact.tree.files].sort()
    for (const [path, digest] of impact.built.digests) this.#digests.set(path, Promise.resolve(digest))
  }

  async keyOf(test: string, project: TestProject): Promise<string> {
    this.#surroundings ??= this.#digestOf(this.#files.filter((path) => !followed(path)))
    const reachable = [...this.#impact.built.graph.closure(test, this.#files)].sort()
    return digestJson({
      version: 1,
      salt: this.#salt,
      runner: project.runner.name,
      folder: project.directory,
      test,
      files: await this.#digestOf(reachable),
      surroundings: await this.#surroundings,
    })
  }

  async #digestOf(paths: readonly string[]): Promise<string> {
    const entries: [string, string][] = []
    for (const path of paths) {
      let digest = this.#digests.get(path)
      if (digest === undefined) {
        digest = digestFile(join(this.#impact.tree.directory, path))
        this.#digests.set(path, digest)
      }
      entries.push([path, await digest])
    }
    return digestJson(entries)
  }
}

/** Files that matter only to what refers to them. */
function followed(path: string): boolean {
  return ['javascript', 'python', 'inert'].includes(fileKind(path))
}

async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    const stat = await lstat(path)
    if (stat.isSymbolicLink()) return hash.update(`link ${await readlink(path)}`).digest('hex')
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex')
  } catch {
    return 'absent'
  }
}
