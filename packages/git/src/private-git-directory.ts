import { randomBytes } from 'node:crypto'
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '@patchlane/kernel'
import type { RepositoryLayout } from './repository-layout.ts'

/**
 * A bare git folder that borrows the repository's objects and has nothing else of it: no configuration, no hooks, no drivers, no
 * refs. git run here on objects cannot be made to run the repository's code.
 *
 * One folder per set of attributes, made whole and then renamed into place, so that merges with different heads do not disturb each other.
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
    const made = this.#made.get(key) ?? this.#make(key, attributes)
    this.#made.set(key, made)
    return {
      GIT_DIR: await made,
      GIT_OBJECT_DIRECTORY: this.#layout.objectDirectory,
      GIT_SHALLOW_FILE: join(this.#layout.commonDir, 'shallow'),
    }
  }

  async #make(key: string, attributes: string): Promise<string> {
    const parent = join(this.#layout.commonDir, 'patchlane', 'private')
    const directory = join(parent, `${this.#layout.objectFormat}-${key}`)
    const complete = () =>
      access(join(directory, 'info', 'attributes')).then(
        () => true,
        () => false,
      )
    if (await complete()) return directory
    const temporary = join(parent, `tmp-${randomBytes(6).toString('hex')}`)
    await mkdir(join(temporary, 'refs'), { recursive: true })
    await mkdir(join(temporary, 'info'))
    await writeFile(join(temporary, 'HEAD'), 'ref: refs/heads/none\n')
    const version = this.#layout.objectFormat === 'sha256' ? 1 : 0
    const extensions = version === 1 ? '[extensions]\n\tobjectFormat = sha256\n' : ''
    await writeFile(
      join(temporary, 'config'),
      `[core]\n\trepositoryFormatVersion = ${version}\n\tbare = true\n${extensions}`,
    )
    await writeFile(join(temporary, 'info', 'attributes'), attributes)
    await rename(temporary, directory).catch(async (thrown: unknown) => {
      await rm(temporary, { recursive: true, force: true })
      if (!(await complete())) throw thrown
    })
    return directory
  }
}
