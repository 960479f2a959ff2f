import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '@patchlane/kernel'
import { IndexNotWrittenError } from '../errors.ts'
import { mergeSegments } from './merge-segments.ts'
import { Segment } from './segment.ts'

/** More segments than this are merged: each costs a look-up per term of a query. */
const MAX_SEGMENTS = 8

export interface DocumentPlace {
  segment: Segment
  document: number
}

/**
 * Documents by key, in immutable files that any number of processes share without a lock.
 *
 * - A file appears whole or not at all, under a name made from its content.
 * - Two processes that add the same documents leave a duplicate, which answers alike and goes with the next merge.
 * - A file that is damaged counts as absent: its documents are read again from the repository.
 */
export class SegmentStore {
  readonly directory: string
  readonly #open = new Map<string, Segment>()
  readonly #served = new Set<Segment>()
  readonly #places = new Map<string, DocumentPlace>()
  #loaded = false

  constructor(directory: string) {
    this.directory = directory
  }

  get segments(): Segment[] {
    return [...this.#open.values()]
  }

  /** Whether a segment is served from here, or was merged into another meanwhile. */
  holds(segment: Segment): boolean {
    return this.#served.has(segment)
  }

  /** Documents at hand, each key once. */
  get size(): number {
    return this.#places.size
  }

  find(key: string): DocumentPlace | undefined {
    return this.#places.get(key)
  }

  /** Reads what other processes have added; the first call reads everything. */
  async refresh(): Promise<void> {
    const names = await this.#names()
    const gone = [...this.#open.keys()].filter((name) => !names.includes(name))
    let changed = gone.length > 0 || !this.#loaded
    for (const name of names) {
      if (this.#open.has(name)) continue
      const segment = await this.#read(name)
      if (segment === undefined) continue
      this.#open.set(name, segment)
      changed = true
    }
    this.#loaded = true
    if (!changed) return
    this.#index()
    if (gone.length > 0) this.#dropReplaced(gone)
  }

  /** Lets go of files that are gone if others hold their documents: a merge replaced them. What nobody holds any more still serves from memory. */
  #dropReplaced(gone: readonly string[]): void {
    for (const name of gone) {
      const segment = this.#open.get(name)
      if (segment === undefined) continue
      this.#open.delete(name)
      this.#index()
      const keys = Array.from({ length: segment.documents }, (_, document) => segment.key(document))
      if (keys.every((key) => this.#places.has(key))) continue
      this.#open.set(name, segment)
      this.#index()
    }
  }

  /** Writes segments and serves them. @throws {IndexNotWrittenError}; what was there before still serves. */
  async add(...segments: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
    if (segments.length === 0) return
    const names = await Promise.all(segments.map((bytes) => this.#write(bytes)))
    for (const [at, bytes] of segments.entries()) {
      const name = names[at]
      if (name === undefined || this.#open.has(name)) continue
      const segment = new Segment(bytes)
      this.#open.set(name, segment)
      this.#serve(segment)
    }
    await this.#compact()
  }

  /** Keeps only the documents whose key is wanted. @throws {IndexNotWrittenError}; then nothing was removed. */
  async prune(wanted: (key: string) => boolean): Promise<{ documents: number; bytes: number }> {
    await this.refresh()
    const before = { documents: this.size, bytes: this.#bytes }
    const unwanted = [...this.#places.keys()].some((key) => !wanted(key))
    if (!unwanted) return { documents: 0, bytes: 0 }
    const bytes = mergeSegments(this.segments, wanted)
    const name = await this.#write(bytes)
    for (const old of this.#open.keys())
      if (old !== name) await unlink(join(this.directory, old)).catch(() => undefined)
    this.#open.clear()
    this.#open.set(name, new Segment(bytes))
    this.#index()
    return { documents: before.documents - this.size, bytes: before.bytes - this.#bytes }
  }

  get #bytes(): number {
    return this.segments.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** Merges small files into one when there are many. Large ones are left alone, so that a document is rewritten few times. */
  async #compact(): Promise<void> {
    const files = [...this.#open]
    if (files.length <= MAX_SEGMENTS) return
    files.sort(([, a], [, b]) => a.byteLength - b.byteLength)
    const merged: typeof files = []
    let size = 0
    for (const file of files) {
      if (merged.length >= MAX_SEGMENTS / 2 && file[1].byteLength > 2 * size) break
      merged.push(file)
      size += file[1].byteLength
    }
    const bytes = mergeSegments(merged.map(([, segment]) => segment))
    const name = await this.#write(bytes)
    for (const [old] of merged) {
      if (old === name) continue
      this.#open.delete(old)
      await unlink(join(this.directory, old)).catch(() => undefined)
    }
    this.#open.set(name, new Segment(bytes))
    this.#index()
  }

  async #write(bytes: Uint8Array): Promise<string> {
    const name = `${sha256(bytes).slice(0, 40)}.segment`
    const draft = join(this.directory, `.${randomUUID()}.draft`)
    try {
      await mkdir(this.directory, { recursive: true })
      const file = await open(draft, 'wx')
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, join(this.directory, name))
      return name
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined)
      const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
      throw new IndexNotWrittenError(this.directory, code === 'ENOSPC' || code === 'EDQUOT', error)
    }
  }

  async #names(): Promise<string[]> {
    const names = await readdir(this.directory).catch(() => [])
    return names.filter((name) => name.endsWith('.segment')).sort()
  }

  async #read(name: string): Promise<Segment | undefined> {
    const path = join(this.directory, name)
    try {
      return new Segment(await readFile(path))
    } catch (error) {
      const missing = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT'
      if (!missing) await unlink(path).catch(() => undefined)
      return undefined
    }
  }

  #index(): void {
    this.#places.clear()
    this.#served.clear()
    for (const segment of this.#open.values()) this.#serve(segment)
  }

  #serve(segment: Segment): void {
    this.#served.add(segment)
    for (let document = 0; document < segment.documents; document++) {
      const key = segment.key(document)
      if (!this.#places.has(key)) this.#places.set(key, { segment, document })
    }
  }
}
