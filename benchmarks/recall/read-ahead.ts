import {
  type Blob,
  CodeIndex,
  type HistoryCommit,
  HistoryStore,
  type TreeFile,
  type TreeReader,
} from '@patchlane/context-builder'
import type { ObjectId } from '@patchlane/kernel'

/** Commits asked about at the same time. */
const AT_ONCE = 8

/** A reader that remembers the trees and histories of commits: a benchmark asks for each several times. */
export class RememberingReader implements TreeReader {
  readonly #reader: TreeReader
  readonly #trees = new Map<string, Promise<TreeFile[]>>()
  readonly #histories = new Map<string, Promise<ObjectId[]>>()

  constructor(reader: TreeReader) {
    this.#reader = reader
  }

  get objectFormat(): 'sha1' | 'sha256' {
    return this.#reader.objectFormat
  }

  get stateDirectory(): string {
    return this.#reader.stateDirectory
  }

  listTree(commit: string): Promise<TreeFile[]> {
    const known = this.#trees.get(commit) ?? this.#reader.listTree(commit)
    this.#trees.set(commit, known)
    return known
  }

  listHistory(commit: string, limit: number): Promise<ObjectId[]> {
    const key = `${commit} ${limit}`
    const known = this.#histories.get(key) ?? this.#reader.listHistory(commit, limit)
    this.#histories.set(key, known)
    return known
  }

  readBlobs(oids: readonly ObjectId[], limits: { maxBytes: number }): Promise<Blob[]> {
    return this.#reader.readBlobs(oids, limits)
  }

  readHistory(commits: readonly ObjectId[]): Promise<HistoryCommit[]> {
    return this.#reader.readHistory(commits)
  }
}

/** All files and all past commits of some commits, as if they were those of one. */
class Union extends RememberingReader {
  readonly #commits: readonly ObjectId[]

  constructor(reader: TreeReader, commits: readonly ObjectId[]) {
    super(reader)
    this.#commits = commits
  }

  override async listTree(): Promise<TreeFile[]> {
    const files = new Map<string, TreeFile>()
    for (let at = 0; at < this.#commits.length; at += AT_ONCE) {
      const trees = await Promise.all(this.#commits.slice(at, at + AT_ONCE).map((commit) => super.listTree(commit)))
      for (const file of trees.flat()) files.set(`${file.oid} ${file.path}`, file)
    }
    return [...files.values()]
  }

  override async listHistory(_commit: string, limit: number): Promise<ObjectId[]> {
    const past = new Set<ObjectId>()
    for (let at = 0; at < this.#commits.length; at += AT_ONCE) {
      const some = this.#commits.slice(at, at + AT_ONCE)
      for (const list of await Promise.all(some.map((commit) => super.listHistory(commit, limit)))) {
        for (const one of list) past.add(one)
      }
    }
    return [...past]
  }
}

/**
 * Reads all blobs and messages that some commits need into the index in one go: what is asked commit by commit afterwards is there.
 * Threads are started and files written once instead of once a commit.
 */
export async function readAhead(reader: TreeReader, directory: string, commits: readonly ObjectId[]): Promise<void> {
  const [first] = commits
  if (first === undefined) return
  const all = new Union(reader, commits)
  const index = await CodeIndex.open({ reader: all, directory })
  await index.index({ commit: first })
  await new HistoryStore(all, index.directory).of(first)
}
