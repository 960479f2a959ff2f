import type { ObjectId } from '@patchlane/kernel'
import { LRUCache } from 'lru-cache'
import { type Commit, type CommitDraft, parseCommit, serializeCommit } from './commit-object.ts'
import { newObjects } from './diff-trees.ts'
import { ObjectNotFoundError } from './errors.ts'
import { LooseObjectWriter } from './loose-object-writer.ts'
import { type ObjectInfo, ObjectReader } from './object-reader.ts'
import type { RepositoryLayout } from './repository-layout.ts'
import { editTree, type TreeChange } from './tree-editor.ts'
import { parseTree, serializeTree, type TreeEntry } from './tree-object.ts'

/** Entries of trees that are remembered, all trees together. */
const REMEMBERED_ENTRIES = 200_000
const REMEMBERED_COMMITS = 2_000

const FULL_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/**
 * The objects of one repository: read through one long-lived git process, written without one. An object named by its full id never
 * changes, so trees and commits are remembered; whatever a ref or another revision names is looked up each time.
 */
export class ObjectStore {
  readonly #format: 'sha1' | 'sha256'
  readonly #reader: ObjectReader
  readonly #writer: LooseObjectWriter
  /** For objects that only one merge needs: they need not survive a power cut. */
  readonly #scratch: LooseObjectWriter
  /** By the id of the tree, or of a commit that has it. */
  readonly #trees = new LRUCache<string, readonly TreeEntry[]>({
    maxSize: REMEMBERED_ENTRIES,
    sizeCalculation: (entries) => entries.length + 1,
  })
  readonly #commits = new LRUCache<string, Commit>({ max: REMEMBERED_COMMITS })
  readonly #treeIds = new LRUCache<string, ObjectId>({ max: REMEMBERED_COMMITS })

  constructor(layout: RepositoryLayout, options: { fsync: boolean }) {
    this.#format = layout.objectFormat
    this.#reader = new ObjectReader(layout)
    const writer = (fsync: boolean) =>
      new LooseObjectWriter({
        objectDirectory: layout.objectDirectory,
        objectFormat: layout.objectFormat,
        fsync,
        exists: async (oid) => (await this.#reader.info(oid)) !== undefined,
      })
    this.#writer = writer(options.fsync)
    this.#scratch = writer(false)
  }

  /** What a revision stands for; undefined if there is nothing of that name. Always looked up. */
  info(name: string): Promise<ObjectInfo | undefined> {
    return this.#reader.info(name)
  }

  /** @throws {ObjectNotFoundError} when there is no blob of that name. */
  async readBlob(name: string): Promise<Buffer> {
    const object = await this.#reader.contents(name)
    if (object?.type !== 'blob') throw new ObjectNotFoundError(name)
    return object.content
  }

  /** @throws {ObjectNotFoundError} */
  async readCommit(revision: string): Promise<Commit> {
    const known = this.#commits.get(revision)
    if (known !== undefined) return known
    const object = await this.#reader.contents(`${revision}^{commit}`)
    if (object === undefined) throw new ObjectNotFoundError(revision)
    const commit = parseCommit(object.oid, object.content)
    this.#commits.set(commit.oid, commit)
    return commit
  }

  /** The tree of a commit (or tree). @throws {ObjectNotFoundError} */
  async treeOf(revision: string): Promise<ObjectId> {
    const known = this.#commits.get(revision)?.tree ?? this.#treeIds.get(revision)
    if (known !== undefined) return known
    const info = await this.#reader.info(`${revision}^{tree}`)
    if (info === undefined) throw new ObjectNotFoundError(revision)
    if (FULL_ID.test(revision)) this.#treeIds.set(revision, info.oid)
    this.#treeIds.set(info.oid, info.oid)
    return info.oid
  }

  /** One folder of a tree. @throws {ObjectNotFoundError} */
  async readTree(treeish: string): Promise<readonly TreeEntry[]> {
    const known = this.#trees.get(treeish)
    if (known !== undefined) return known
    const object = await this.#reader.contents(`${treeish}^{tree}`)
    if (object === undefined) throw new ObjectNotFoundError(treeish)
    const entries = parseTree(object.content, this.#format)
    this.#trees.set(object.oid, entries)
    if (FULL_ID.test(treeish)) this.#trees.set(treeish, entries)
    return entries
  }

  async writeBlob(content: Uint8Array): Promise<ObjectId> {
    const { oid, written } = this.#writer.put('blob', content)
    await written
    return oid
  }

  async writeCommit(draft: CommitDraft): Promise<ObjectId> {
    const content = serializeCommit(draft)
    const { oid, written } = this.#writer.put('commit', content)
    await written
    this.#commits.set(oid, parseCommit(oid, content))
    return oid
  }

  async writeTree(entries: readonly TreeEntry[]): Promise<ObjectId> {
    const { oid, written } = this.#writer.put('tree', serializeTree(entries))
    await written
    return oid
  }

  /** A commit for one merge: gone after a power cut, and nothing will miss it. */
  async writeScratchCommit(draft: CommitDraft): Promise<ObjectId> {
    const { oid, written } = this.#scratch.put('commit', serializeCommit(draft))
    await written
    return oid
  }

  /**
   * Changes some paths of a tree. Files with `content` are written with it: the disk gets all objects at once, folders included, since
   * their ids are known before they are written.
   *
   * @throws {TreeConflictError}
   */
  async editTree(base: ObjectId, changes: readonly (TreeChange | ContentChange)[]): Promise<ObjectId> {
    const writes: Promise<void>[] = []
    const made = new Map<ObjectId, readonly TreeEntry[]>()
    const begin = (type: 'blob' | 'tree', content: Uint8Array) => {
      const { oid, written } = this.#writer.put(type, content)
      // Awaited below, with its failure.
      written.catch(() => undefined)
      writes.push(written)
      return oid
    }
    const edits = changes.map((change) => {
      if (!('content' in change)) return change
      return { path: change.path, entry: { mode: change.mode, oid: begin('blob', change.content) } }
    })
    const store = {
      readTree: (oid: ObjectId) => this.readTree(oid),
      writeTree: async (entries: readonly TreeEntry[]) => {
        const oid = begin('tree', serializeTree(entries))
        made.set(oid, entries)
        return oid
      },
    }
    const tree = await editTree(store, base, edits)
    await Promise.all(writes)
    for (const [oid, entries] of made) {
      this.#trees.set(oid, entries)
      this.#treeIds.set(oid, oid)
    }
    return tree
  }

  /** Counts what git itself wrote to make one tree of another among what {@link sync} makes durable: git syncs bytes, not names. */
  async adopt(before: ObjectId | null, after: ObjectId): Promise<void> {
    for (const oid of await newObjects((tree) => this.readTree(tree), before, after)) this.#writer.adopt(oid)
  }

  /** Makes everything written so far durable, names included. Call it before a ref points at it. */
  sync(): Promise<void> {
    return this.#writer.sync()
  }

  /** Ends the long-lived process. The store can be used again afterwards; safe to call twice. */
  close(): Promise<void> {
    return this.#reader.close()
  }
}

/** A path that gets new bytes. */
export interface ContentChange {
  path: string
  mode: NonNullable<TreeChange['entry']>['mode']
  content: Uint8Array
}
