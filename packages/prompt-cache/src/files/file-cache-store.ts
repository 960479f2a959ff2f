import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, errorMessage, sha256, systemClock } from '@patchlane/kernel'
import { z } from 'zod'
import type { CacheStore } from '../cache-store.ts'
import { CacheStoreError } from '../errors.ts'

export interface FileCacheStoreOptions {
  /** Made when something is stored, for this user alone: answers can hold code. */
  directory: string
  /** All texts together, in bytes on disk; those used longest ago go first. @default 64 MiB */
  maxBytes?: number
  clock?: Clock
}

const entrySchema = z.object({ key: z.string(), until: z.number(), text: z.string() })

/** How many texts are stored before it is looked whether there are too many. */
const STORED_BETWEEN_LOOKS = 50

/** A cache in a folder, one file a text: what was asked in one process is known in the next. Writers do not see each other's halves. */
export class FileCacheStore implements CacheStore {
  readonly #directory: string
  readonly #maxBytes: number
  readonly #clock: Clock
  #stored = 0

  constructor({ directory, maxBytes = 64 * 1024 * 1024, clock = systemClock }: FileCacheStoreOptions) {
    this.#directory = directory
    this.#maxBytes = maxBytes
    this.#clock = clock
  }

  async get(key: string): Promise<string | undefined> {
    const file = this.#fileOf(key)
    const content = await readFile(file, 'utf8').catch((cause: unknown) => unlessAbsent(cause, file))
    if (content === undefined) return undefined
    const entry = parsed(content)
    if (entry === undefined || entry.key !== key || entry.until <= this.#clock.now()) return undefined
    const now = new Date()
    await utimes(file, now, now).catch(() => undefined)
    return entry.text
  }

  async set(key: string, text: string, ttlMs: number): Promise<void> {
    const content = JSON.stringify({ key, until: this.#clock.now() + ttlMs, text })
    if (Buffer.byteLength(content) > this.#maxBytes) return this.delete(key)
    const draft = join(this.#directory, `${randomUUID()}.draft`)
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 })
      await writeFile(draft, content, { mode: 0o600 })
      await rename(draft, this.#fileOf(key))
    } catch (cause) {
      await rm(draft, { force: true }).catch(() => undefined)
      throw failure(this.#directory, cause)
    }
    if (this.#stored++ % STORED_BETWEEN_LOOKS === 0) await this.#makeRoom()
  }

  async delete(key: string): Promise<void> {
    const file = this.#fileOf(key)
    await rm(file, { force: true }).catch((cause: unknown) => {
      throw failure(file, cause)
    })
  }

  async close(): Promise<void> {}

  /** Drafts of writers that died count, too, and go as they grow old. */
  async #makeRoom(): Promise<void> {
    const names = await readdir(this.#directory).catch(() => [])
    const files = await Promise.all(
      names.map(async (name) => {
        const file = join(this.#directory, name)
        const found = await stat(file).catch(() => undefined)
        return found === undefined ? [] : [{ file, size: found.size, usedAt: found.mtimeMs }]
      }),
    )
    let total = 0
    for (const { file, size } of files.flat().sort((a, b) => b.usedAt - a.usedAt)) {
      total += size
      if (total > this.#maxBytes) await rm(file, { force: true }).catch(() => undefined)
    }
  }

  #fileOf(key: string): string {
    return join(this.#directory, `${sha256(key)}.json`)
  }
}

function parsed(content: string): z.infer<typeof entrySchema> | undefined {
  try {
    return entrySchema.parse(JSON.parse(content))
  } catch {
    return undefined
  }
}

function unlessAbsent(cause: unknown, file: string): undefined {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
  throw failure(file, cause)
}

function failure(place: string, cause: unknown): CacheStoreError {
  return new CacheStoreError(`${place} cannot be used as a cache: ${errorMessage(cause)}`, { cause })
}
