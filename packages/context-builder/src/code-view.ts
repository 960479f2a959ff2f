import type { IndexDigest, ObjectId } from '@patchlane/kernel'
import { type DocumentDetails, decodeDetails, flagsOf } from './document.ts'
import { documentKey } from './index-options.ts'
import { type FileRole, roleOf } from './role.ts'
import type { Posting } from './segment/posting.ts'
import type { Segment } from './segment/segment.ts'
import type { DocumentPlace } from './segment/segment-store.ts'
import type { TreeFile } from './tree-reader.ts'

export interface ViewFile extends TreeFile {
  readonly role: FileRole
  readonly lines: number
}

export interface CodeViewSource {
  /** The commit whose tree this is; with an overlay, the commit below it. */
  commit: ObjectId
  digest: IndexDigest
  files: readonly TreeFile[]
  find(key: string): DocumentPlace | undefined
  /** A view that has most of the files already; what it knows of them is not worked out again. */
  like?: CodeView | undefined
  /** Whether a place that `like` has for a document is good for this view too. @default none is */
  holds?(segment: Segment): boolean
}

/**
 * One state of a repository, searchable: the files of a tree, and for each its document. It never changes; a newer state is another
 * view. Files are in the order of their paths, and known by their position in it.
 */
export class CodeView {
  readonly commit: ObjectId
  readonly digest: IndexDigest
  readonly files: readonly ViewFile[]
  /** Files that were not at hand when the view was made (a partial clone): known by their paths until another view is made. */
  readonly unread: number
  readonly #places: readonly (DocumentPlace | undefined)[]
  #positions: ReadonlyMap<string, number> | undefined
  /** For each segment, the first file of each document plus one; 0 for documents of other states. */
  readonly #filesOf = new Map<Segment, Int32Array>()
  /** For each file, the next one with the same document plus one. */
  readonly #next: Int32Array
  readonly #details = new Map<number, DocumentDetails>()

  constructor(source: CodeViewSource) {
    this.commit = source.commit
    this.digest = source.digest
    const sorted = [...source.files].sort((a, b) => (a.path < b.path ? -1 : 1))
    this.#next = new Int32Array(sorted.length)
    const places: (DocumentPlace | undefined)[] = []
    const { like, holds } = source
    const usable = new Map<Segment, boolean>()
    const isUsable = ({ segment }: DocumentPlace) => {
      const known = usable.get(segment) ?? holds?.(segment) ?? false
      usable.set(segment, known)
      return known
    }
    let unread = 0
    let other = 0
    let samePaths = like?.files.length === sorted.length
    this.files = sorted.map((file, at) => {
      // Both lists are in the order of their paths: they are walked side by side.
      while (like !== undefined && (like.files[other]?.path ?? file.path) < file.path) other++
      const beside = like?.files[other]
      if (beside?.path !== file.path) samePaths = false
      const same = beside?.path === file.path && beside.oid === file.oid && beside.mode === file.mode
      const known = same && like !== undefined ? like.#places[other] : undefined
      const place =
        known !== undefined && isUsable(known)
          ? known
          : file.mode === '160000'
            ? undefined
            : source.find(documentKey(file))
      places.push(place)
      if (place !== undefined) this.#attach(place, at)
      if (place === undefined && file.mode !== '160000') unread++
      // What was not at hand for the other view may be now.
      if (same && (known !== undefined || place === undefined)) return beside
      if (place === undefined) return { ...file, role: roleOf(file.path), lines: 0 }
      const { segment, document } = place
      return { ...file, role: roleOf(file.path, flagsOf(segment.flags(document))), lines: segment.lines(document) }
    })
    this.unread = unread
    this.#places = places
    if (samePaths && like !== undefined) this.#positions = like.#positions
  }

  /** The position of a path; undefined if this state has no such file. */
  position(path: string): number | undefined {
    this.#positions ??= new Map(this.files.map((file, at) => [file.path, at]))
    return this.#positions.get(path)
  }

  file(position: number): ViewFile {
    const file = this.files[position]
    if (file === undefined) throw new RangeError(`There is no file ${position}.`)
    return file
  }

  /** Definitions, imports and flags of a file. */
  details(position: number): DocumentDetails {
    const known = this.#details.get(position)
    if (known !== undefined) return known
    const place = this.#places[position]
    const details =
      place === undefined
        ? { definitions: [], imports: [], packageName: null, flags: [], bytes: 0 }
        : decodeDetails(place.segment.details(place.document))
    this.#details.set(position, details)
    return details
  }

  /** Words in one field of a file. */
  length(position: number, field: number): number {
    const place = this.#places[position]
    return place === undefined ? 0 : place.segment.length(place.document, field)
  }

  /** Each file that has a term. The posting is one object, used again for the next file. */
  eachPosting(term: string, visit: (position: number, posting: Posting) => void): void {
    for (const [segment, filesOf] of this.#filesOf) {
      const found = segment.find(term)
      if (found < 0) continue
      segment.postings(found, (posting) => {
        let next = filesOf[posting.document] ?? 0
        while (next > 0) {
          visit(next - 1, posting)
          next = this.#next[next - 1] ?? 0
        }
      })
    }
  }

  #attach({ segment, document }: DocumentPlace, at: number): void {
    let filesOf = this.#filesOf.get(segment)
    if (filesOf === undefined) {
      filesOf = new Int32Array(segment.documents)
      this.#filesOf.set(segment, filesOf)
    }
    this.#next[at] = filesOf[document] ?? 0
    filesOf[document] = at + 1
  }
}
