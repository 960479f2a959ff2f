import { createHash, randomBytes } from 'node:crypto'
import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { constants, deflate } from 'node:zlib'
import { type ObjectId, objectIdSchema } from '@patchlane/kernel'
import type { ObjectType } from './object-reader.ts'

const compress = promisify(deflate)

export interface LooseObjectWriterOptions {
  objectDirectory: string
  objectFormat: 'sha1' | 'sha256'
  /** Whether each object is on disk before its id is returned. */
  fsync: boolean
  /** Whether the repository has an object already, packed or borrowed from another. */
  exists(oid: ObjectId): Promise<boolean>
}

/**
 * Writes git objects as loose files without starting a process: a temporary file in the object's own folder, synced, then renamed, as git
 * does. Writing what is there already writes nothing.
 */
export class LooseObjectWriter {
  readonly #options: LooseObjectWriterOptions
  readonly #unsyncedFolders = new Set<string>()

  constructor(options: LooseObjectWriterOptions) {
    this.#options = options
  }

  async write(type: ObjectType, content: Uint8Array): Promise<ObjectId> {
    const header = Buffer.from(`${type} ${content.byteLength}\0`)
    const hash = createHash(this.#options.objectFormat).update(header).update(content).digest('hex')
    const oid = objectIdSchema.parse(hash)
    const folder = join(this.#options.objectDirectory, oid.slice(0, 2))
    const file = join(folder, oid.slice(2))
    if (await isThere(file)) return oid
    // git says that it has the empty tree and blob even where no file holds them, and then `fsck` misses them.
    if (content.byteLength > 0 && (await this.#options.exists(oid))) return oid
    const bytes = await compress(Buffer.concat([header, content]), { level: constants.Z_BEST_SPEED })
    await this.#place(folder, file, bytes)
    return oid
  }

  /** Makes the names of all objects written so far durable, not only their bytes. Call it before a ref points at them. */
  async sync(): Promise<void> {
    if (!this.#options.fsync) return
    const folders = [...this.#unsyncedFolders]
    this.#unsyncedFolders.clear()
    await Promise.all(folders.map(syncFolder))
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
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
