import { randomBytes } from 'node:crypto'
import { copyFile, lstat, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type GitRepository, withFileLock } from '@patchlane/git'
import { type ObjectId, sha256 } from '@patchlane/kernel'
import type { z } from 'zod'
import { type IndexEntry, named, readIndexEntries } from './index-file.ts'
import { sparsePatterns } from './sparse-patterns.ts'

/** `seal`: what a clean worktree looked like. `dependencies`: what was linked from where. `setup`: what the set-up command was run for. */
type NoteName = 'seal' | 'dependencies' | 'setup'

/**
 * One worktree, worked on through a git folder of our own beside it: its own index, no hooks, no filters, no configuration of
 * the repository. What an agent does to its index, to its HEAD or to the repository's configuration neither runs here nor counts.
 */
export class Slot {
  readonly id: string
  readonly directory: string
  /** git's records of the worktree, in the repository. */
  readonly gitDir: string
  /** Our own. */
  readonly shadow: string
  readonly #repository: GitRepository

  constructor(options: { repository: GitRepository; root: string; id: string }) {
    this.id = options.id
    this.#repository = options.repository
    this.directory = join(options.root, options.id)
    this.shadow = join(options.root, '.slots', options.id)
    this.gitDir = join(options.repository.commonDir, 'worktrees', options.id)
  }

  get index(): string {
    return join(this.shadow, 'index')
  }

  /** Makes our git folder. */
  async prepare(): Promise<void> {
    await mkdir(join(this.shadow, 'refs'), { recursive: true })
    await mkdir(join(this.shadow, 'info'), { recursive: true })
    await writeFile(join(this.shadow, 'HEAD'), 'ref: refs/heads/none\n')
    await this.limitTo(undefined)
    await this.refresh()
    await this.exclude([])
  }

  /**
   * Readies the git folder for work of ours: no lock of a dead git is left, and what the repository and its user set for checkouts is
   * in force. Only for whoever has claimed the worktree.
   *
   * @returns a name for those settings: files that were checked out under another may have other line ends.
   */
  async refresh(): Promise<string> {
    await rm(`${this.index}.lock`, { force: true })
    const common = join(this.#repository.commonDir, 'info', 'attributes')
    const attributes = await readFile(common).catch(() => Buffer.alloc(0))
    const own = join(this.shadow, 'info', 'attributes')
    const current = await readFile(own).catch(() => undefined)
    if (current === undefined || !current.equals(attributes)) await writeFile(own, attributes)
    return sha256(JSON.stringify([this.#repository.settings, attributes.toString('base64')]))
  }

  /** Which folders are checked out from the next time on; all, without any. See {@link sparsePatterns}. */
  async limitTo(folders: readonly string[] | undefined): Promise<void> {
    const patterns = folders === undefined ? '/*\n' : sparsePatterns(folders)
    const file = join(this.shadow, 'info', 'sparse-checkout')
    if (folders === undefined && (await readFile(file, 'utf8').catch(() => patterns)) !== patterns)
      // It has been limited: git has to be told that it is no more.
      await this.#configure({ sparse: true })
    else await this.#configure({ sparse: folders !== undefined })
    await ensureFile(file, patterns)
  }

  #configure({ sparse }: { sparse: boolean }): Promise<void> {
    const sha256 = this.#repository.objectFormat === 'sha256'
    const core = `[core]\n\trepositoryFormatVersion = ${sha256 ? 1 : 0}\n\tbare = false\n`
    const limits = sparse ? '\tsparseCheckout = true\n\tsparseCheckoutCone = true\n' : ''
    const extensions = sha256 ? '[extensions]\n\tobjectFormat = sha256\n' : ''
    return ensureFile(join(this.shadow, 'config'), core + limits + extensions)
  }

  /** Has git ignore what the repository's own exclude file names, and these folders. */
  async exclude(folders: readonly string[]): Promise<void> {
    const own = await readFile(join(this.#repository.commonDir, 'info', 'exclude'), 'utf8').catch(() => '')
    const lines = folders.map(ignorePattern)
    await writeFile(join(this.shadow, 'info', 'exclude'), `${own}\n${lines.join('\n')}\n`)
  }

  /** Runs git on the worktree, through our folder. Large files of git LFS stay the pointers that are committed. */
  git(
    args: readonly string[],
    options: { index?: string; okExitCodes?: readonly number[]; signal?: AbortSignal } = {},
  ) {
    return this.#repository.git({
      args,
      cwd: this.directory,
      timeoutMs: 600_000,
      env: {
        GIT_DIR: this.shadow,
        GIT_WORK_TREE: this.directory,
        GIT_INDEX_FILE: options.index ?? this.index,
        GIT_OBJECT_DIRECTORY: join(this.#repository.commonDir, 'objects'),
        GIT_SHALLOW_FILE: join(this.#repository.commonDir, 'shallow'),
      },
      config: [
        'core.safecrlf=false',
        // Change times tell what a holder touched, whatever it set back.
        'core.trustctime=true',
        'core.checkStat=default',
        // The kind of index that we read ourselves.
        'index.version=2',
        'core.splitIndex=false',
        'index.sparse=false',
        // Workers take longer to start than a few hundred files take to write.
        'checkout.thresholdForParallelism=2000',
        `checkout.workers=${Math.min(4, availableParallelism())}`,
        ...['clean=', 'smudge=', 'process=', 'required=false'].map((end) => `filter.lfs.${end}`),
      ],
      ...(options.okExitCodes === undefined ? {} : { okExitCodes: options.okExitCodes }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
  }

  /** What our index says of the files of these names, in any folder; of all files without names. */
  async entries(names?: readonly string[]): Promise<IndexEntry[]> {
    const wanted = names === undefined ? undefined : named(names)
    return (await readIndexEntries(this.index, this.#repository.objectFormat, wanted)) ?? []
  }

  /** A copy of our index, to be worked on and thrown away. */
  async withCopyOfIndex<T>(work: (index: string) => Promise<T>): Promise<T> {
    const copy = join(this.shadow, `index-${randomBytes(6).toString('hex')}`)
    await copyFile(this.index, copy)
    try {
      await keepAge(this.index, copy)
      return await work(copy)
    } finally {
      await rm(copy, { force: true })
      await rm(`${copy}.lock`, { force: true })
    }
  }

  /** Sets git's records of the worktree back to a detached HEAD at `commit` with our index, whatever was done to them. */
  async resetRecords(commit: ObjectId): Promise<void> {
    for (const name of await readdir(this.gitDir))
      if (!['HEAD', 'commondir', 'gitdir', 'locked', 'index'].includes(name))
        await rm(join(this.gitDir, name), { recursive: true, force: true })
    await ensureFile(join(this.gitDir, 'HEAD'), `${commit}\n`)
    await ensureFile(join(this.gitDir, 'commondir'), '../..\n')
    await ensureFile(join(this.gitDir, 'gitdir'), `${join(this.directory, '.git')}\n`)
    await replaceFile(join(this.gitDir, 'index'), await readFile(this.index))
    await keepAge(this.index, join(this.gitDir, 'index'))
    await this.restoreLink()
  }

  /** Sets the file that leads from the worktree to git's records of it. */
  async restoreLink(): Promise<void> {
    const link = join(this.directory, '.git')
    if (!(await lstat(link).catch(() => undefined))?.isFile()) await rm(link, { recursive: true, force: true })
    await ensureFile(link, `gitdir: ${this.gitDir}\n`)
  }

  /** Something to remember of the worktree, for whoever claims it next. */
  async writeNote(name: NoteName, note: unknown): Promise<void> {
    await replaceFile(this.#note(name), JSON.stringify(note))
  }

  /** Undefined if there is none that can be read. */
  async readNote<T>(name: NoteName, schema: z.ZodType<T>): Promise<T | undefined> {
    try {
      return schema.parse(JSON.parse(await readFile(this.#note(name), 'utf8')))
    } catch {
      return undefined
    }
  }

  async dropNote(name: NoteName): Promise<void> {
    await rm(this.#note(name), { force: true })
  }

  #note(name: NoteName): string {
    return join(this.shadow, `${name}.json`)
  }

  /** While one reads or moves the work in it, no other does, in whatever process. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return withFileLock(join(this.shadow, 'work.lock'), work)
  }

  /** git's lock on the worktree, as `git worktree lock` writes it. */
  async writeLockReason(reason: string): Promise<void> {
    // Without records there is no worktree yet, or no more; nothing to lock.
    if (await lstat(this.gitDir).catch(() => undefined)) await replaceFile(join(this.gitDir, 'locked'), reason)
  }

  /** Null when it is not locked or gone. */
  readLockReason(): Promise<string | null> {
    return readFile(join(this.gitDir, 'locked'), 'utf8').catch(() => null)
  }
}

/**
 * Gives the copy of an index the age of the original, in whole seconds. git reads a file again when its time is not older than the
 * index; with a younger index, an edit of the same length within the second of the checkout would count as no change.
 */
async function keepAge(index: string, copy: string): Promise<void> {
  const seconds = Math.floor((await stat(index)).mtimeMs / 1000)
  await utimes(copy, seconds, seconds)
}

/** The pattern of an ignore file that means this folder, relative to the worktree, and no other. */
export function ignorePattern(folder: string): string {
  return `/${folder.replaceAll(/[\\*?[\]! #]/g, '\\$&')}`
}

/** Writes a file unless it has this content already. */
async function ensureFile(file: string, content: string): Promise<void> {
  const info = await lstat(file).catch(() => undefined)
  const current = info?.isFile() ? await readFile(file, 'utf8').catch(() => undefined) : undefined
  if (current !== content) await replaceFile(file, content)
}

/** Whole or not at all, whoever reads it meanwhile. */
async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(temporary, content)
  await rename(temporary, file)
}
