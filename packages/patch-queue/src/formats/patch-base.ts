import { type FileVersion, repoPathProblem } from '@patchlane/kernel'
import { type ByteText, splitLines, toByteText, toReadable } from './byte-text.ts'
import { LineFinder } from './line-finder.ts'

export interface BaseReaders {
  readBase: (path: string) => Promise<FileVersion | null>
  hasFolder?: ((path: string) => Promise<boolean>) | undefined
}

/** The commit that a patch was made from, asked for each file once. Paths that no tree can have are simply not there. */
export class PatchBase {
  readonly #readers: BaseReaders
  readonly #files = new Map<string, Promise<FileVersion | null>>()
  readonly #finders = new Map<FileVersion, LineFinder>()

  constructor(readers: BaseReaders) {
    this.#readers = readers
  }

  read(path: ByteText): Promise<FileVersion | null> {
    const name = toReadable(path).replace(/^(?:\.\/)+/, '')
    if (repoPathProblem(name) !== undefined) return Promise.resolve(null)
    const known = this.#files.get(name)
    if (known !== undefined) return known
    const read = this.#readers.readBase(name)
    this.#files.set(name, read)
    return read
  }

  /** Finds lines of a file; each is split and indexed once. `null` where there is nothing to find. */
  async finder(path: ByteText): Promise<LineFinder | null> {
    const file = await this.read(path)
    if (file === null || file.content.byteLength === 0) return null
    const finder = this.#finders.get(file) ?? new LineFinder(splitLines(toByteText(file.content)))
    this.#finders.set(file, finder)
    return finder
  }

  /** `undefined` where the caller cannot tell. */
  async hasFolder(path: ByteText): Promise<boolean | undefined> {
    const name = toReadable(path)
    if (this.#readers.hasFolder === undefined) return undefined
    return repoPathProblem(name) === undefined && this.#readers.hasFolder(name)
  }
}
