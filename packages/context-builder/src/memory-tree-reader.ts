import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blobId, type ObjectId, objectIdSchema, sha256 } from '@patchlane/kernel'
import type { Blob, HistoryCommit, TreeFile, TreeReader } from './tree-reader.ts'

export interface MemoryCommit {
  message: string
  /** All files of the commit, text by path; `null` for a submodule. */
  files: Readonly<Record<string, string | Uint8Array | null>>
}

/** Folders that nobody named: they go with the process. */
const own = new Set<string>()

function temporaryFolder(): string {
  if (own.size === 0) {
    process.once('exit', () => {
      for (const folder of own) rmSync(folder, { recursive: true, force: true })
    })
  }
  const folder = join(tmpdir(), `patchlane-memory-${process.pid}-${performance.now()}`)
  own.add(folder)
  return folder
}

/** A history in memory: for trying things out, for tests, and for sources that are in no git repository. */
export class MemoryTreeReader implements TreeReader {
  readonly objectFormat = 'sha1'
  readonly stateDirectory: string
  readonly #blobs = new Map<string, Uint8Array>()
  readonly #commits: { id: ObjectId; message: string; files: TreeFile[]; changed: string[] }[] = []

  /** The index keeps its files in `stateDirectory`. @default a folder among the temporary files, removed when the process ends */
  constructor(options: { stateDirectory?: string } = {}) {
    this.stateDirectory = options.stateDirectory ?? temporaryFolder()
  }

  /** Adds a commit on top of the last one. */
  commit({ message, files }: MemoryCommit): ObjectId {
    const tree = Object.entries(files).map(([path, content]): TreeFile => {
      if (content === null) return { path, mode: '160000', oid: objectIdSchema.parse('0'.repeat(40)) }
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      const oid = blobId(bytes)
      this.#blobs.set(oid, bytes)
      return { path, mode: '100644', oid }
    })
    const before = new Map((this.#commits.at(-1)?.files ?? []).map(({ path, oid }) => [path, oid]))
    const after = new Map(tree.map(({ path, oid }) => [path, oid]))
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
      (path) => before.get(path) !== after.get(path),
    )
    const parent = this.#commits.at(-1)?.id ?? ''
    const id = objectIdSchema.parse(sha256(JSON.stringify([parent, message, tree])).slice(0, 40))
    this.#commits.push({ id, message, files: tree, changed: changed.sort() })
    return id
  }

  async listTree(commit: string): Promise<TreeFile[]> {
    return this.#commits[this.#place(commit)]?.files ?? []
  }

  async readBlobs(oids: readonly ObjectId[], { maxBytes }: { maxBytes: number }): Promise<Blob[]> {
    return oids.map((oid) => {
      const content = this.#blobs.get(oid)
      const size = content?.length ?? 0
      return { oid, size, content: content === undefined || size > maxBytes ? null : content }
    })
  }

  async listHistory(commit: string, limit: number): Promise<ObjectId[]> {
    const past = this.#commits.slice(0, this.#place(commit) + 1).reverse()
    return past.slice(0, limit).map(({ id }) => id)
  }

  async readHistory(commits: readonly ObjectId[]): Promise<HistoryCommit[]> {
    return commits.map((commit) => {
      const { id = commit, message = '', changed = [] } = this.#commits[this.#place(commit)] ?? {}
      return { commit: id, message, paths: changed }
    })
  }

  #place(commit: string): number {
    return this.#commits.findLastIndex(({ id }) => id === commit)
  }
}
