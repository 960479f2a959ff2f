import { join } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import { z } from 'zod'
import { removeFolder, stampAll } from '../folders.ts'
import type { Slot } from '../slot.ts'
import { haveStamps } from '../stamps.ts'
import { linkDependencies } from './link-dependencies.ts'
import { manifests, packageFolders } from './package-folders.ts'

const pairs = z.array(z.tuple([z.string(), z.string()]))

const noteSchema = z.object({
  from: z.string(),
  mode: z.enum(['share', 'copy']),
  /** The packages of the tree that can have dependencies. */
  packages: z.array(z.string()),
  /** Folders made in the worktree, and how they looked then. */
  linked: z.array(z.string()),
  made: pairs,
  /** What was read in the checkout. */
  sources: pairs,
})
type Note = z.infer<typeof noteSchema>

export interface SlotDependenciesOptions {
  repository: GitRepository
  slot: Slot
  dependencies: 'share' | 'copy' | 'none'
}

/** The dependencies of one worktree: linked once, and again only when they were touched there or installed anew in the checkout. */
export class SlotDependencies {
  readonly #options: SlotDependenciesOptions

  constructor(options: SlotDependenciesOptions) {
    this.#options = options
  }

  /** Folders that cleaning has to leave, relative to the worktree. */
  async folders(): Promise<readonly string[]> {
    return (await this.#note())?.linked ?? []
  }

  /** Whether linking anew would make what is there, whatever the packages of the tree. */
  async areCurrent(): Promise<boolean> {
    const { slot, dependencies, repository } = this.#options
    const note = await this.#note()
    if (dependencies === 'none' || repository.workTree === null) return note === undefined
    return (
      note !== undefined &&
      note.from === repository.workTree &&
      note.mode === dependencies &&
      (await haveStamps(slot.directory, new Map(note.made))) &&
      (await haveStamps('', new Map(note.sources)))
    )
  }

  /** Makes the dependencies what they have to be for the tree that is checked out. */
  async bring(): Promise<void> {
    const packages = await this.#packages()
    const note = await this.#note()
    const fits = (await this.areCurrent()) && note?.packages.join('\0') === packages.join('\0')
    if (!fits) {
      await this.drop()
      await this.#link(packages)
    }
    await this.#options.slot.exclude(await this.folders())
  }

  /** Takes them out again. */
  async drop(): Promise<void> {
    const { slot } = this.#options
    for (const folder of await this.folders()) await removeFolder(join(slot.directory, folder))
    await slot.dropNote('dependencies')
  }

  /** Adds what packages that are new in the tree need, and touches nothing else: somebody works here. */
  async supplement(): Promise<void> {
    const before = await this.#note()
    await this.#link(await this.#packages(), before)
    await this.#options.slot.exclude(await this.folders())
  }

  async #link(packages: string[], before?: Note): Promise<void> {
    const { repository, slot, dependencies: mode } = this.#options
    const from = repository.workTree
    if (mode === 'none' || from === null) return
    const { linked, sources } = await linkDependencies({ from, to: slot.directory, mode, folders: packages })
    const made = new Map(before?.made)
    for (const folder of linked)
      for (const [path, stamp] of await stampAll(join(slot.directory, folder)))
        made.set(path === '' ? folder : `${folder}/${path}`, stamp)
    await slot.writeNote('dependencies', {
      ...{ from, mode, packages },
      linked: [...(before?.linked ?? []), ...linked],
      made: [...made],
      sources: [...new Map([...(before?.sources ?? []), ...sources])],
    } satisfies Note)
  }

  #note(): Promise<Note | undefined> {
    return this.#options.slot.readNote('dependencies', noteSchema)
  }

  async #packages(): Promise<string[]> {
    return packageFolders((await this.#options.slot.entries(manifests)).map(({ path }) => path))
  }
}
