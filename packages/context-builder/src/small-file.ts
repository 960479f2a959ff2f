import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A file that can be made again at any time: read if it is there, replaced as a whole, so that a reader sees the old or the new one. */
export class SmallFile {
  readonly #directory: string
  readonly #path: string

  constructor(directory: string, name: string) {
    this.#directory = directory
    this.#path = join(directory, name)
  }

  async read(): Promise<string | undefined> {
    return readFile(this.#path, 'utf8').catch(() => undefined)
  }

  async readBytes(): Promise<Uint8Array | undefined> {
    return readFile(this.#path).catch(() => undefined)
  }

  async write(text: string | Uint8Array): Promise<void> {
    const draft = join(this.#directory, `.${randomUUID()}.draft`)
    try {
      await mkdir(this.#directory, { recursive: true })
      await writeFile(draft, text)
      await rename(draft, this.#path)
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined)
      throw error
    }
  }
}
