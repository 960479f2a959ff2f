import { type Posting, readPostings } from './posting.ts'
import { decodeSegment, type SegmentParts } from './segment-file.ts'

/** Documents with their words, read in place: opening a segment parses nothing, a query touches only the lists of its terms. */
export class Segment {
  readonly #parts: SegmentParts
  readonly documents: number
  readonly terms: number
  readonly byteLength: number

  constructor(bytes: Uint8Array) {
    this.#parts = decodeSegment(bytes)
    this.documents = this.#parts.lines.length
    this.terms = this.#parts.postingCounts.length
    this.byteLength = bytes.byteLength
  }

  get parts(): SegmentParts {
    return this.#parts
  }

  /** The document's key in hex. */
  key(document: number): string {
    const { keys, keyBytes } = this.#parts
    return Buffer.from(keys.buffer, keys.byteOffset + document * keyBytes, keyBytes).toString('hex')
  }

  lines(document: number): number {
    return (this.#parts.lines[document] ?? 0) & 0xffffff
  }

  /** The flags the document was ended with, a bit each. */
  flags(document: number): number {
    return (this.#parts.lines[document] ?? 0) >>> 24
  }

  /** Words in one field of a document. */
  length(document: number, field: number): number {
    return this.#parts.lengths[document * 3 + field] ?? 0
  }

  details(document: number): string {
    const { details, detailOffsets } = this.#parts
    return text(details, detailOffsets[document] ?? 0, detailOffsets[document + 1] ?? 0)
  }

  term(at: number): string {
    const { vocabulary, vocabularyOffsets } = this.#parts
    return text(vocabulary, vocabularyOffsets[at] ?? 0, vocabularyOffsets[at + 1] ?? 0)
  }

  /** The position of a term in the vocabulary; -1 if it has none. */
  find(term: string): number {
    let low = 0
    let high = this.terms - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const found = this.term(middle)
      if (found === term) return middle
      if (found < term) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  /** The postings of a term, documents ascending. The object handed to `visit` is used again for the next. */
  postings(term: number, visit: (posting: Posting) => void): void {
    const { postings, postingOffsets, postingCounts } = this.#parts
    readPostings(postings, postingOffsets[term] ?? 0, postingCounts[term] ?? 0, visit)
  }
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8')
}
