import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import { isObjectId, type ObjectId, objectIdSchema, PatchlaneError } from '@patchlane/kernel'
import type { Blob, HistoryCommit, TreeFile, TreeReader } from './tree-reader.ts'
import { treelessRemote } from './treeless-clone.ts'

/** Above this many objects one more process costs less than as many questions to the one that runs. */
const BULK = 64
/** Above this many differences a list of everything is as fast. */
const MANY_DIFFERENCES = 500
/** Bytes of blobs asked for in one go. */
const BULK_BYTES = 32_000_000

/** Reads a repository through git's plumbing. The repository is the caller's, and is not closed here. */
export class GitTreeReader implements TreeReader {
  readonly #repository: GitRepository

  constructor(repository: GitRepository) {
    this.#repository = repository
  }

  get objectFormat(): 'sha1' | 'sha256' {
    return this.#repository.objectFormat
  }

  get stateDirectory(): string {
    return join(this.#repository.commonDir, 'patchlane')
  }

  async listTree(commit: string): Promise<TreeFile[]> {
    return this.#repository.listTree(commit)
  }

  async listTreeFrom(commit: string, known: { commit: string; files: readonly TreeFile[] }): Promise<TreeFile[]> {
    const differences = await this.#repository.diffTrees(known.commit, commit)
    if (differences.length > MANY_DIFFERENCES) return this.listTree(commit)
    const files = new Map(known.files.map((file) => [file.path, file]))
    for (const { path, after } of differences) {
      if (after === null) files.delete(path)
      else files.set(path, { path, mode: after.mode, oid: after.oid })
    }
    return [...files.values()]
  }

  async readBlobs(oids: readonly ObjectId[], limits: { maxBytes: number }): Promise<Blob[]> {
    try {
      return await this.#readAll(oids, limits)
    } catch (error) {
      // In a partial clone git fetches what is missing, and fails as a whole where it cannot: what is here is read all the same.
      if (!PatchlaneError.is(error) || error.code !== 'GIT_COMMAND_FAILED') throw error
      const here = await this.#objectsHere()
      const missing = oids.filter((oid) => !here.has(oid))
      // All of them are here: the process ended on what somebody else asked for.
      if (missing.length === 0) return this.#readAll(oids, limits)
      const blobs = await this.#readAll(
        oids.filter((oid) => here.has(oid)),
        limits,
      )
      return [...blobs, ...missing.map((oid) => ({ oid, size: 0, content: null }))]
    }
  }

  async #readAll(oids: readonly ObjectId[], { maxBytes }: { maxBytes: number }): Promise<Blob[]> {
    if (oids.length < BULK) return Promise.all(oids.map((oid) => this.#readOne(oid, maxBytes)))
    const sizes = await this.#sizes(oids)
    const small = oids.filter((oid) => (sizes.get(oid) ?? Number.POSITIVE_INFINITY) <= maxBytes)
    const blobs: Blob[] = oids
      .filter((oid) => (sizes.get(oid) ?? Number.POSITIVE_INFINITY) > maxBytes)
      .map((oid) => ({ oid, size: sizes.get(oid) ?? 0, content: null }))
    let batch: ObjectId[] = []
    let bytes = 0
    for (const oid of small) {
      batch.push(oid)
      bytes += sizes.get(oid) ?? 0
      if (bytes < BULK_BYTES) continue
      blobs.push(...(await this.#readMany(batch)))
      batch = []
      bytes = 0
    }
    if (batch.length > 0) blobs.push(...(await this.#readMany(batch)))
    return blobs
  }

  async listHistory(commit: string, limit: number): Promise<ObjectId[]> {
    // What a commit changed is in its trees, and git would fetch each by itself, for thousands of commits.
    if ((await treelessRemote(this.#repository)) !== undefined) return []
    // An id needs no question to the process that reads blobs: it ends when one of them cannot be fetched.
    const resolved = isObjectId(commit) ? commit : await this.#repository.resolve(commit)
    const { stdout } = await this.#repository.git({
      args: ['rev-list', '--no-merges', `--max-count=${limit}`, resolved],
    })
    return stdout.split('\n').filter(isObjectId)
  }

  async historyState(): Promise<string> {
    const shallow = await readFile(join(this.#repository.commonDir, 'shallow'), 'utf8').catch(() => '')
    return (await treelessRemote(this.#repository)) === undefined ? shallow : `treeless ${shallow}`
  }

  async missingHistory(): Promise<string | undefined> {
    const remote = await treelessRemote(this.#repository)
    if (remote === undefined) return undefined
    const { name, filter } = remote
    return `past commits say nothing: this clone (${filter}) has no past trees; \`git config remote.${name}.partialCloneFilter blob:none\` and \`git fetch --refetch ${name}\` bring them`
  }

  async readHistory(commits: readonly ObjectId[]): Promise<HistoryCommit[]> {
    if (commits.length === 0) return []
    const { stdout } = await this.#repository.git({
      args: ['log', '--stdin', '--no-walk=unsorted', '-z', '--name-only', '--no-renames', '--format=%x00%H%x00%B%x00'],
      input: `${commits.join('\n')}\n`,
    })
    return recordsIn(stdout.split('\0'))
  }

  /** Every object that needs no fetching. */
  async #objectsHere(): Promise<Set<string>> {
    const { stdout } = await this.#repository.git({
      args: ['cat-file', '--batch-all-objects', '--unordered', '--buffer', '--batch-check=%(objectname)'],
    })
    return new Set(stdout.split('\n'))
  }

  async #readOne(oid: ObjectId, maxBytes: number): Promise<Blob> {
    const info = await this.#repository.objectInfo(oid)
    if (info === undefined || info.size > maxBytes) return { oid, size: info?.size ?? 0, content: null }
    return { oid, size: info.size, content: await this.#repository.readBlob(oid) }
  }

  async #sizes(oids: readonly ObjectId[]): Promise<Map<string, number>> {
    const { stdout } = await this.#repository.git({
      args: ['cat-file', '--batch-check=%(objectname) %(objectsize)', '--buffer'],
      input: `${oids.join('\n')}\n`,
    })
    const sizes = new Map<string, number>()
    for (const line of stdout.split('\n')) {
      const [oid = '', size = ''] = line.split(' ')
      if (/^\d+$/.test(size)) sizes.set(oid, Number(size))
    }
    return sizes
  }

  async #readMany(oids: readonly ObjectId[]): Promise<Blob[]> {
    const { stdoutBytes } = await this.#repository.git({
      args: ['cat-file', '--batch=%(objectname) %(objectsize)', '--buffer'],
      input: `${oids.join('\n')}\n`,
    })
    const blobs: Blob[] = []
    for (let at = 0; at < stdoutBytes.length; ) {
      const end = stdoutBytes.indexOf(10, at)
      const [oid = '', size] = stdoutBytes.toString('latin1', at, end).split(' ')
      const bytes = Number(size)
      if (!Number.isInteger(bytes) || !isObjectId(oid)) {
        at = end + 1
        continue
      }
      blobs.push({
        oid,
        size: bytes,
        content: stdoutBytes.subarray(end + 1, end + 1 + bytes),
      })
      at = end + 2 + bytes
    }
    return blobs
  }
}

/** A message may hold any character but NUL. Each record: nothing, the id, the message, nothing, the paths; the first after a line break. */
function recordsIn(fields: readonly string[]): HistoryCommit[] {
  const records: HistoryCommit[] = []
  for (let at = 1; at + 1 < fields.length; at++) {
    const commit = objectIdSchema.parse(fields[at])
    const message = (fields[at + 1] ?? '').trim()
    const paths: string[] = []
    at += fields[at + 2] === '' ? 3 : 2
    for (; (fields[at] ?? '') !== ''; at++) paths.push((fields[at] ?? '').replace(/^\n/, ''))
    records.push({ commit, message, paths })
  }
  return records
}
