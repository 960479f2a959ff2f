import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileChange, IndexDigest, ObjectId } from '@patchlane/kernel'
import { buildSegment } from './build-segment.ts'
import { CodeView } from './code-view.ts'
import { CONTEXT_IGNORE, withoutIgnored } from './context-ignore.ts'
import { MAX_BLOB_BYTES, readingOf } from './extract-document.ts'
import { indexBlobs } from './index-blobs.ts'
import { documentKey, indexerVersion, treeDigest } from './index-options.ts'
import { Segment } from './segment/segment.ts'
import { SegmentStore } from './segment/segment-store.ts'
import type { TreeFile, TreeReader } from './tree-reader.ts'

export interface CodeIndexOptions {
  reader: TreeReader
  /** Where the index keeps its files. @default a folder in the reader's state folder, shared by all worktrees */
  directory?: string
  /** Threads that read at most. @default the processors this process may use */
  threads?: number
}

export interface IndexRequest {
  commit: ObjectId
  signal?: AbortSignal
  onProgress?: (progress: { done: number; total: number }) => void
}

/** An index nobody has asked for this long belongs to a program that is gone. */
const FORGET_MS = 14 * 86_400_000
/** States kept in memory. */
const KEPT = 4

/**
 * The code index: words, definitions and imports of every blob, read once for all commits, branches and worktrees, and a view of them
 * for each commit asked for.
 *
 * - The version of an index is a function of the tree and the indexer alone: not of the order, the machine or what was there before.
 * - A view answers from exactly the tree it names.
 * - Several processes may index and read at once. An index of another program's version is left alone and not read.
 */
export class CodeIndex {
  /** Names this indexer and all that its answers depend on beside the tree. */
  readonly id: string
  readonly directory: string
  readonly #reader: TreeReader
  readonly #store: SegmentStore
  readonly #threads: number | undefined
  readonly #version: string
  readonly #views = new Map<string, CodeView>()
  readonly #trees = new Map<string, readonly TreeFile[]>()
  /** The files of a view's tree, those that are not indexed too: an overlay may change which those are. */
  readonly #wholeTrees = new WeakMap<CodeView, readonly TreeFile[]>()

  private constructor(options: CodeIndexOptions, version: string) {
    this.#version = version
    this.id = `patchlane-code-${version.slice(0, 16)}`
    this.#reader = options.reader
    this.#threads = options.threads
    this.directory = join(options.directory ?? join(options.reader.stateDirectory, 'index'), version.slice(0, 16))
    this.#store = new SegmentStore(join(this.directory, 'code'))
  }

  static async open(options: CodeIndexOptions): Promise<CodeIndex> {
    const index = new CodeIndex(options, await indexerVersion())
    await index.#store.refresh()
    return index
  }

  get reader(): TreeReader {
    return this.#reader
  }

  /** Makes sure that a commit can be searched. What has been read before, in any commit, is not read again. */
  async index(request: IndexRequest): Promise<{ digest: IndexDigest; fileCount: number }> {
    const tree = await this.#listTree(request.commit)
    const files = await this.#selected(tree)
    await this.#read(files, request)
    return { digest: treeDigest(this.#version, tree), fileCount: files.length }
  }

  /** The view of a commit, indexed first where it has to be. */
  async view(request: IndexRequest): Promise<CodeView> {
    const known = this.#views.get(request.commit)
    if (known !== undefined) return known
    const tree = await this.#listTree(request.commit)
    const files = await this.#selected(tree)
    await this.#read(files, request)
    const find = (key: string) => this.#store.find(key)
    const like = [...this.#views.values()].at(-1)
    const holds = (segment: Segment) => this.#store.holds(segment)
    const digest = treeDigest(this.#version, tree)
    const view = new CodeView({ commit: request.commit, digest, files, find, like, holds })
    this.#wholeTrees.set(view, tree)
    // What could not be read this time may be the next.
    if (view.unread === 0) keepLast(this.#views, request.commit, view)
    return view
  }

  /** A view of a commit with changes on top that are in no commit. Its digest is that of the tree the changes make. */
  async overlay(base: CodeView, changes: readonly FileChange[]): Promise<CodeView> {
    const whole = this.#wholeTrees.get(base) ?? base.files
    const files = new Map<string, TreeFile>(whole.map(({ path, mode, oid }) => [path, { path, mode, oid }]))
    const contents = new Map<string, { file: TreeFile; content: Uint8Array }>()
    for (const change of changes) {
      if (change.kind === 'delete') files.delete(change.path)
      if (change.kind === 'rename') files.delete(change.from)
      if (change.kind === 'delete') continue
      const file = { path: change.path, mode: change.after.mode, oid: change.after.oid }
      files.set(change.path, file)
      contents.set(documentKey(file), { file, content: change.after.content })
    }
    const unread = [...contents].filter(([key]) => this.#store.find(key) === undefined)
    const bytes = await buildSegment(
      unread.map(([key, { file, content }]) => ({
        key: Uint8Array.from(Buffer.from(key, 'hex')),
        reading: readingOf(file.path),
        content: file.mode === '120000' || content.length > MAX_BLOB_BYTES ? null : content,
        size: content.length,
      })),
    )
    const segment = new Segment(bytes)
    const places = new Map(unread.map(([key], document) => [key, { segment, document }]))
    const tree = [...files.values()]
    const selected = await this.#selected(tree, contents)
    // Another `.contextignore` may show files of the commit that were not indexed with it.
    if (changes.some(({ path }) => path === CONTEXT_IGNORE)) {
      await this.#read(
        selected.filter((file) => !contents.has(documentKey(file))),
        { commit: base.commit },
      )
    }
    return new CodeView({
      commit: base.commit,
      digest: treeDigest(this.#version, tree),
      files: selected,
      find: (key) => places.get(key) ?? this.#store.find(key),
      like: base,
      holds: () => true,
    })
  }

  /**
   * Removes what none of these commits holds. Nothing is lost by it: what is asked for later is read again. Returns how many documents went,
   * and by how many bytes the files of the index shrank.
   */
  async prune(commits: readonly ObjectId[]): Promise<{ documents: number; bytes: number }> {
    const keys = new Set<string>()
    for (const commit of commits) {
      for (const file of await this.#listTree(commit)) if (file.mode !== '160000') keys.add(documentKey(file))
    }
    return this.#store.prune((key) => keys.has(key))
  }

  /** The files that are indexed. */
  #selected(tree: readonly TreeFile[], overlaid: ReadonlyMap<string, { content: Uint8Array }> = new Map()) {
    return withoutIgnored(tree, async (rules) => {
      const content = overlaid.get(documentKey(rules))?.content
      const [blob] =
        content === undefined ? await this.#reader.readBlobs([rules.oid], { maxBytes: MAX_BLOB_BYTES }) : []
      return new TextDecoder().decode(content ?? blob?.content ?? new Uint8Array())
    })
  }

  /** A commit's files never change: those listed last are kept. */
  async #listTree(commit: ObjectId): Promise<readonly TreeFile[]> {
    const known = this.#trees.get(commit)
    if (known !== undefined) return known
    const [last] = [...this.#trees].slice(-1)
    const files =
      last === undefined || this.#reader.listTreeFrom === undefined
        ? await this.#reader.listTree(commit)
        : await this.#reader.listTreeFrom(commit, { commit: last[0], files: last[1] })
    keepLast(this.#trees, commit, files)
    return files
  }

  async #read(files: readonly TreeFile[], { signal, onProgress }: IndexRequest): Promise<void> {
    // Another process may have read it already.
    if (files.some((file) => file.mode !== '160000' && this.#store.find(documentKey(file)) === undefined)) {
      await this.#store.refresh()
    }
    const added = await indexBlobs(files, {
      reader: this.#reader,
      store: this.#store,
      ...(this.#threads === undefined ? {} : { threads: this.#threads }),
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onProgress }),
    })
    if (added > 0) await this.#forgetOthers()
  }

  /** Marks this index as used, and removes those of programs that have not been here for long. */
  async #forgetOthers(): Promise<void> {
    const parent = join(this.directory, '..')
    const now = new Date()
    await mkdir(this.directory, { recursive: true })
    await utimes(this.directory, now, now).catch(() => undefined)
    for (const name of await readdir(parent).catch(() => [])) {
      const other = join(parent, name)
      if (other === this.directory || !/^[0-9a-f]{16}$/.test(name)) continue
      const used = await stat(other).catch(() => undefined)
      if (used !== undefined && now.getTime() - used.mtimeMs > FORGET_MS)
        await rm(other, { recursive: true, force: true })
    }
  }
}

function keepLast<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > KEPT && oldest !== undefined) map.delete(oldest)
}
