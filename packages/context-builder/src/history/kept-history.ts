import { isObjectId, type ObjectId, sha256 } from '@patchlane/kernel'
import { KeptFiles } from '../kept-files.ts'
import type { TreeReader } from '../tree-reader.ts'

/** Commits whose past is kept. */
const KEPT = 12

/** The past of a commit never changes, and walking it takes longer than reading a list: the lists of the commits asked for last, on disk. */
export class KeptHistory {
  readonly #reader: TreeReader
  readonly #files: KeptFiles

  constructor(reader: TreeReader, directory: string) {
    this.#reader = reader
    this.#files = new KeptFiles(directory, KEPT)
  }

  /** As {@link TreeReader.listHistory}. */
  async list(commit: ObjectId, limit: number): Promise<ObjectId[]> {
    const state = await this.#reader.historyState?.()
    if (state === undefined) return this.#reader.listHistory(commit, limit)
    const name = `${sha256(`${commit} ${limit} ${state}`)}.txt`
    const kept = commitsIn(await this.#files.read(name))
    if (kept !== undefined) return kept
    const commits = await this.#reader.listHistory(commit, limit)
    await this.#files.write(name, `${commits.join('\n')}\n${sha256(commits.join('\n'))}\n`)
    return commits
  }
}

/** Undefined for what is not a whole list with its checksum behind it. */
function commitsIn(text: string | undefined): ObjectId[] | undefined {
  const lines = text?.split('\n').slice(0, -1)
  const checksum = lines?.pop()
  if (lines === undefined || checksum !== sha256(lines.join('\n'))) return undefined
  return lines.filter(isObjectId)
}
