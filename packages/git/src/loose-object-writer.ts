import { createHash, randomBytes } from 'node:crypto'
import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { constants, deflate } from 'node:zlib'
import { type ObjectId, objectIdSchema } from '@patchlane/kernel'
import pLimit from 'p-limit'
import type { ObjectType } from './object-reader.ts'

const compress = promisify(deflate)

/** Up to this size, writing an object that a pack holds already costs less than asking git whether one does. */
const WRITE_UNASKED = 65_536

/** Files open at once: enough for the disk to work on many, few enough for any limit on open files. */
const OPEN_FILES = 32

export interface LooseObjectWriterOptions {
  objectDirectory: string
  objectFormat: 'sha1' | 'sha256'
  /** Whether each object is on disk before it counts as written. */
  fsync: boolean
  /** Whether the repository has an object already, packed or borrowed from another. */
  exists(oid: ObjectId): Promise<boolean>
}

/** Folders synced at once: Node has four threads for the disk, and whoever else works needs one. */
const FOLDERS_AT_ONCE = 3

/** An object whose id is known while it is still on its way to the disk. */
export interface PendingObject {
  oid: ObjectId
  written: Promise<void>
}

/**
 * Writes git objects as loose files without starting a process: a temporary file in the object's own folder, synced, then renamed, as git
 * does. Writing what is there already writes nothing.
 */
export class LooseObjectWriter {
  readonly #options: LooseObjectWriterOptions
  readonly #unsyncedFolders = new Set<string>()
  readonly #limit = pLimit(OPEN_FILES)
  #lastSync: Promise<void> = Promise.resolve()

  constructor(options: LooseObjectWriterOptions) {
    this.#options = options
  }

  /** Begins to write an object. Nothing but its id may be used before `written` is settled. */
  put(type: ObjectType, content: Uint8Array): PendingObject {
    const header = Buffer.from(`${type} ${content.byteLength}\0`)
    const hash = createHash(this.#options.objectFormat).update(header).update(content).digest('hex')
    const oid = objectIdSchema.parse(hash)
    return { oid, written: this.#limit(() => this.#write(oid, header, content)) }
  }

  /** Counts an object that another program wrote among those whose names {@link sync} makes durable. */
  adopt(oid: ObjectId): void {
    this.#unsyncedFolders.add(join(this.#options.objectDirectory, oid.slice(0, 2)))
    this.#unsyncedFolders.add(this.#options.objectDirectory)
  }

  /** Makes the names of all objects written so far durable, not only their bytes. Call it before a ref points at them. */
  sync(): Promise<void> {
    if (!this.#options.fsync) return Promise.resolve()
    // What one under way has taken on is not durable before it is done, and is to be done again where it failed.
    const next = this.#lastSync.catch(() => undefined).then(() => this.#syncFolders())
    this.#lastSync = next
    return next
  }

  async #syncFolders(): Promise<void> {
    const folders = [...this.#unsyncedFolders]
    this.#unsyncedFolders.clear()
    try {
      await pLimit(FOLDERS_AT_ONCE).map(folders, syncFolder)
    } catch (thrown) {
      for (const folder of folders) this.#unsyncedFolders.add(folder)
      throw thrown
    }
  }

  async #write(oid: ObjectId, header: Buffer, content: Uint8Array): Promise<void> {
    const folder = join(this.#options.objectDirectory, oid.slice(0, 2))
    const file = join(folder, oid.slice(2))
    if (await isThere(file)) {
      // Perhaps written by a process that died before it made the name durable.
      this.#unsyncedFolders.add(folder)
      return
    }
    if (content.byteLength > WRITE_UNASKED && (await this.#options.exists(oid))) return
    const bytes = await compress(Buffer.concat([header, content]), { level: constants.Z_BEST_SPEED })
    await this.#place(folder, file, bytes)
  }

  async #place(folder: string, file: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(folder, `tmp_obj_${randomBytes(6).toString('hex')}`)
    const handle = await open(temporary, 'wx', 0o444).catch(async (thrown: unknown) => {
      if (!isMissing(thrown)) throw thrown
      await mkdir(folder, { recursive: true })
      this.#unsyncedFolders.add(this.#options.objectDirectory)
      return open(temporary, 'wx', 0o444)
    })
    try {
      await handle.writeFile(bytes)
      if (this.#options.fsync) await handle.datasync()
    } catch (thrown) {
      await handle.close()
      await rm(temporary, { force: true })
      throw thrown
    }
    await handle.close()
    await rename(temporary, file)
    this.#unsyncedFolders.add(folder)
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

function isMissing(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'ENOENT'
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch((thrown: unknown) => {
    // Packed meanwhile, and the empty folder removed.
    if (isMissing(thrown)) return undefined
    throw thrown
  })
  if (handle === undefined) return
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
