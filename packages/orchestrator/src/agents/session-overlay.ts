import {
  blobId,
  type FileChange,
  type FileMode,
  type FileVersion,
  type ObjectId,
  parseRepoPath,
  type RepoPath,
} from '@patchlane/kernel'
import { SessionInvalidError } from '../errors.ts'
import type { SessionEdit } from './session.ts'

/** Reads files of a commit. */
export interface BaseFiles {
  /** Null where the commit has no such file. */
  read(commit: ObjectId, path: RepoPath): Promise<FileVersion | null>
}

/** A commit with recorded edits on top, in memory: replaying needs no disk. */
export class SessionOverlay {
  readonly #files: BaseFiles
  readonly #commit: ObjectId
  readonly #versions = new Map<RepoPath, FileVersion | null>()
  readonly #renamedFrom = new Map<RepoPath, RepoPath>()

  constructor(files: BaseFiles, commit: ObjectId) {
    this.#files = files
    this.#commit = commit
  }

  /** @throws {SessionInvalidError} when the file is not in a state that the edit fits. */
  async apply(edit: SessionEdit): Promise<void> {
    const { path } = edit
    const now = await this.#read(path)
    switch (edit.edit) {
      case 'replace':
        this.#put(path, replaceOnce(path, mustExist(path, now), edit.find, edit.replace), now?.mode ?? '100644')
        return
      case 'write':
        if (edit.before !== undefined && edit.before !== (now?.oid ?? null)) {
          throw new SessionInvalidError(`${path} is not as it was when the session was recorded.`)
        }
        this.#put(path, Buffer.from(edit.content, edit.encoding), edit.mode)
        return
      case 'delete':
        mustExist(path, now)
        this.#versions.set(path, null)
        return
      case 'rename': {
        const moved = mustExist(edit.from, await this.#read(edit.from))
        if (now !== null) throw new SessionInvalidError(`${path} exists, so ${edit.from} cannot be renamed to it.`)
        this.#versions.set(edit.from, null)
        this.#versions.set(path, moved)
        this.#renamedFrom.set(path, this.#renamedFrom.get(edit.from) ?? edit.from)
        return
      }
    }
  }

  /** What the edits came to, against the commit. */
  async changes(): Promise<FileChange[]> {
    const changes: FileChange[] = []
    const moved = new Set<RepoPath>()
    for (const [path, from] of this.#renamedFrom) {
      const [before, after] = [await this.#files.read(this.#commit, from), this.#versions.get(path) ?? null]
      const fits = after !== null && before !== null && (this.#versions.get(from) ?? null) === null
      if (!fits || (await this.#files.read(this.#commit, path)) !== null) continue
      changes.push({ kind: 'rename', path, from, before, after })
      moved.add(path).add(from)
    }
    for (const [path, after] of this.#versions) {
      if (moved.has(path)) continue
      const before = await this.#files.read(this.#commit, path)
      if (after === null) {
        if (before !== null) changes.push({ kind: 'delete', path, before })
      } else if (before === null) changes.push({ kind: 'create', path, after })
      else if (before.oid !== after.oid || before.mode !== after.mode) {
        changes.push({ kind: 'modify', path, before, after })
      }
    }
    return changes.sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  async #read(path: RepoPath): Promise<FileVersion | null> {
    const here = this.#versions.get(path)
    return here === undefined ? this.#files.read(this.#commit, parseRepoPath(path)) : here
  }

  #put(path: RepoPath, bytes: Uint8Array, mode: FileMode): void {
    const content = new Uint8Array(bytes)
    // The length of an id tells the repository's object format.
    const oid = blobId(content, this.#commit.length === 64 ? 'sha256' : 'sha1')
    this.#versions.set(path, { mode, oid, content })
  }
}

function mustExist(path: string, version: FileVersion | null): FileVersion {
  if (version === null) throw new SessionInvalidError(`The session edits ${path}, which does not exist.`)
  return version
}

/** Works on bytes, so that what is not text elsewhere in the file stays as it is. */
function replaceOnce(path: string, version: FileVersion, find: string, replace: string): Uint8Array {
  const content = Buffer.from(version.content)
  const needle = Buffer.from(find)
  const first = content.indexOf(needle)
  if (first === -1) throw new SessionInvalidError(`${path} does not have the text that the session replaces.`)
  if (content.indexOf(needle, first + 1) !== -1) {
    throw new SessionInvalidError(`${path} has the text that the session replaces more than once.`)
  }
  return Buffer.concat([content.subarray(0, first), Buffer.from(replace), content.subarray(first + needle.length)])
}
