import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SmallFile } from './small-file.ts'

/** Files in one folder that can be made again at any time; those written last are kept. */
export class KeptFiles {
  readonly #directory: string
  readonly #kept: number

  /** Keeps at least `kept` files and at most twice as many. */
  constructor(directory: string, kept: number) {
    this.#directory = directory
    this.#kept = kept
  }

  read(name: string): Promise<string | undefined> {
    return new SmallFile(this.#directory, name).read()
  }

  /** A failure costs time at the next start, and nothing else. */
  async write(name: string, text: string): Promise<void> {
    try {
      await new SmallFile(this.#directory, name).write(text)
      await this.#forgetOldest()
    } catch {
      // What was to be kept is in memory; the next process makes it again.
    }
  }

  async #forgetOldest(): Promise<void> {
    const names = (await readdir(this.#directory)).filter((name) => !name.startsWith('.'))
    if (names.length <= this.#kept * 2) return
    const aged = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(this.#directory, name))).mtimeMs })),
    )
    aged.sort((a, b) => b.at - a.at)
    for (const { name } of aged.slice(this.#kept)) await rm(join(this.#directory, name), { force: true })
  }
}
