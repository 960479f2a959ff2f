import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type RollbackProof, sha256 } from '@patchlane/kernel'
import { lstatOrNothing } from './files.ts'
import type { Target, VisibleState } from './target.ts'

/** `all`: every file, all refs, the index. `touched`: the files that patches name. */
export type RollbackScope = 'all' | 'touched'

interface Fingerprint {
  /** Kind, mode and content: equal for equal bytes wherever they lie. */
  content: string
  /** Where the file lies and when it last changed: while it stays, the content need not be read again. */
  identity: string
}

export interface RollbackResult {
  proof: RollbackProof
  /** What differs; empty when the proof is exact. `(records)` stands for refs, HEAD or index. */
  differences: string[]
}

/**
 * Proves that a patch that did not land left nothing behind: everything a person sees is compared, byte for byte, with how it was before.
 *
 * One picture is kept and carried forward over landings, so that others may land while a patch is judged. Files that did not change since
 * (same inode, size, times) are not read twice, which makes the comparison cheap enough to be always on. Work that a person saves
 * meanwhile shows as a difference with its name; the picture then takes it in.
 */
export class RollbackManager {
  readonly #target: Target
  #picture: { files: Map<string, Fingerprint>; records: string } | undefined
  #scope: RollbackScope = 'touched'
  readonly #touched = new Set<string>()

  constructor(target: Target) {
    this.#target = target
  }

  /** Before a patch is worked on. `all` is asked for once programs other than ours will run. */
  async begin(paths: readonly string[], scope: RollbackScope): Promise<void> {
    const wider = scope === 'all' && this.#scope === 'touched'
    const fresh = paths.filter((path) => !this.#touched.has(path))
    for (const path of fresh) this.#touched.add(path)
    if (wider) this.#scope = 'all'
    if (this.#picture === undefined || wider) this.#picture = await this.#look()
    else if (this.#scope === 'touched') await this.#refresh(fresh, await this.#target.visible())
  }

  /** After a patch landed: its files are as they should be. */
  async landed(paths: readonly string[]): Promise<void> {
    if (this.#picture === undefined) return
    const visible = await this.#target.visible()
    const [records] = await Promise.all([this.#records(visible), this.#refresh(paths, visible)])
    this.#picture.records = records
  }

  /** After a patch did not land. */
  async prove(): Promise<RollbackResult> {
    const before = this.#picture ?? (await this.#look())
    const after = await this.#look()
    this.#picture = after
    const differences = [...new Set([...before.files.keys(), ...after.files.keys()])].filter(
      (path) => before.files.get(path)?.content !== after.files.get(path)?.content,
    )
    if (before.records !== after.records) differences.push('(records)')
    const proof = { before: digest(before), after: digest(after), exact: differences.length === 0 }
    return { proof, differences: differences.sort() }
  }

  /** Forgets the picture; the next patch begins with a new one. */
  reset(): void {
    this.#picture = undefined
    this.#scope = 'touched'
    this.#touched.clear()
  }

  async #look(): Promise<{ files: Map<string, Fingerprint>; records: string }> {
    const visible = await this.#target.visible()
    const files = new Map<string, Fingerprint>()
    const { directory } = visible
    if (directory !== null) {
      const names = this.#scope === 'all' ? await listFiles(directory, visible.excluded) : [...this.#touched]
      await inGroups(names, 32, async (name) => this.#print(files, directory, name))
    }
    return { files, records: await this.#records(visible) }
  }

  async #refresh(paths: readonly string[], { directory }: VisibleState): Promise<void> {
    const files = this.#picture?.files
    if (directory === null || files === undefined) return
    if (this.#scope === 'touched') {
      await inGroups(paths, 32, async (name) => {
        files.delete(name)
        await this.#print(files, directory, name)
      })
      return
    }
    // As `listFiles` has them: folders come and go with what is in them, and a file may have taken a folder's place.
    const listed = paths.filter((path) => !path.split('/').some((part) => dependencyFolders.has(part)))
    const names = new Set(listed.flatMap((path) => [path, `${path}/`, ...foldersOf(path)]))
    await inGroups([...names], 32, async (name) => {
      files.delete(name)
      const found = await lstatOrNothing(join(directory, name.replace(/\/$/, '')))
      if (found?.isDirectory() === name.endsWith('/')) await this.#print(files, directory, name)
    })
  }

  async #print(files: Map<string, Fingerprint>, directory: string, name: string): Promise<void> {
    const print = await fingerprint(join(directory, name), this.#picture?.files.get(name))
    if (print !== undefined) files.set(name, print)
  }

  async #records(visible: VisibleState): Promise<string> {
    return this.#scope === 'all' ? visible.records() : this.#target.head()
  }
}

function digest(picture: { files: Map<string, Fingerprint>; records: string }): string {
  const lines = [...picture.files].map(([path, print]) => `${path}\0${print.content}`).sort()
  return sha256(`${picture.records}\0${lines.join('\0')}`)
}

/** Every file below a folder, relative; folders end in a slash, so that empty ones count too. */
async function listFiles(directory: string, excluded: readonly string[]): Promise<string[]> {
  const found: string[] = []
  const walk = async (prefix: string): Promise<void> => {
    const entries = await readdir(join(directory, prefix), { withFileTypes: true })
    for (const entry of entries) {
      const name = `${prefix}${entry.name}`
      if (prefix === '' && excluded.includes(entry.name)) continue
      if (!entry.isDirectory()) found.push(name)
      else if (!dependencyFolders.has(entry.name)) {
        found.push(`${name}/`)
        await walk(`${name}/`)
      }
    }
  }
  await walk('')
  return found
}

/** Installed, not made: too many files to look at for each patch, and nothing that a patch can name is in them. */
const dependencyFolders = new Set(['node_modules', '.venv', 'venv', '.tox', '__pycache__'])

async function fingerprint(file: string, known: Fingerprint | undefined): Promise<Fingerprint | undefined> {
  const found = await lstatOrNothing(file)
  if (found === undefined) return undefined
  const identity = [found.dev, found.ino, found.size, found.mode, found.mtimeNs, found.ctimeNs].join(':')
  // A change within the clock's grain of the last look would not show in the times: read such young files again.
  const settled = BigInt(Date.now()) * 1_000_000n - found.ctimeNs > 2_000_000_000n
  if (known?.identity === identity && settled) return known
  const mode = (found.mode & 0o170777n).toString(8)
  if (found.isSymbolicLink()) return { identity, content: `${mode} ${await readlink(file)}` }
  if (!found.isFile()) return { identity, content: mode }
  return { identity, content: `${mode} ${await hashFile(file)}` }
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

/** `a/b/c` lies in `a/b/` and `a/`. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, depth) => `${parts.slice(0, depth + 1).join('/')}/`)
}

async function inGroups<T>(items: readonly T[], size: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(size, items.length) }, worker))
}
