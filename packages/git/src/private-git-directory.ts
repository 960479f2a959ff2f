import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '@patchlane/kernel'
import { GitFolderNotWrittenError } from './errors.ts'
import type { RepositoryLayout } from './repository-layout.ts'

/**
 * A bare git folder that borrows the repository's objects and has nothing else of it: no configuration, no hooks, no drivers, no
 * refs. git run here on objects cannot be made to run the repository's code.
 *
 * One folder per set of attributes, so that merges with different heads do not disturb each other. Several programs may make it at once.
 */
export class PrivateGitDirectory {
  readonly #layout: RepositoryLayout
  readonly #made = new Map<string, Promise<string>>()

  constructor(layout: RepositoryLayout) {
    this.#layout = layout
  }

  /** The variables that make git work there. */
  async environment(attributes = ''): Promise<Record<string, string>> {
    const key = sha256(attributes).slice(0, 16)
    return {
      GIT_DIR: await (this.#made.get(key) ?? this.#begin(key, attributes)),
      GIT_OBJECT_DIRECTORY: this.#layout.objectDirectory,
      GIT_SHALLOW_FILE: join(this.#layout.commonDir, 'shallow'),
    }
  }

  #begin(key: string, attributes: string): Promise<string> {
    const made = this.#make(key, attributes)
    this.#made.set(key, made)
    // What failed may work the next time: a disk is not full for ever.
    made.catch(() => this.#made.delete(key))
    return made
  }

  async #make(key: string, attributes: string): Promise<string> {
    const directory = join(this.#layout.commonDir, 'patchlane', 'private', `${this.#layout.objectFormat}-${key}`)
    try {
      await this.#fill(directory, attributes)
    } catch (cause) {
      throw new GitFolderNotWrittenError(directory, cause)
    }
    return directory
  }

  async #fill(directory: string, attributes: string): Promise<void> {
    for (const folder of ['refs', 'info']) await mkdir(join(directory, folder), { recursive: true })
    const version = this.#layout.objectFormat === 'sha256' ? 1 : 0
    const extensions = version === 1 ? '[extensions]\n\tobjectFormat = sha256\n' : ''
    await Promise.all([
      ensureFile(join(directory, 'HEAD'), 'ref: refs/heads/none\n'),
      ensureFile(
        join(directory, 'config'),
        `[core]\n\trepositoryFormatVersion = ${version}\n\tbare = true\n${extensions}`,
      ),
      ensureFile(join(directory, 'info', 'attributes'), attributes),
    ])
  }
}

/** A power cut may have taken what a file held and left its name. Whoever else makes it at this moment writes the same. */
async function ensureFile(file: string, content: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === content) return
  const temporary = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(temporary, content)
  await rename(temporary, file)
}
