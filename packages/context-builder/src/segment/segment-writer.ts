import { termsOf } from '../words.ts'
import { type BODY, type COMMENT, type DEFINITION, writePosting } from './posting.ts'
import { encodeSegment } from './segment-file.ts'
import { ByteWriter, NumberList } from './varint.ts'

/** What a document is beside its words. */
export interface DocumentEnd {
  /** At most 2^24 - 1. */
  lines: number
  /** A bit each, at most eight. */
  flags: number
  /** Anything the reader of the segment wants back; JSON. */
  details: string
}

/**
 * Gathers documents and inverts them: from the words of each document to the documents of each word.
 * One document at a time: `begin`, `word` for each word, `end`.
 */
export class SegmentWriter {
  readonly #keyBytes: number
  readonly #keys = new ByteWriter()
  readonly #lengths = new NumberList()
  readonly #lines = new NumberList()
  readonly #details = new ByteWriter(8192)
  readonly #detailOffsets = new NumberList()
  readonly #terms = new Map<string, number>()
  readonly #names: string[] = []
  /** A word's terms, looked up instead of split again: words repeat far more than they differ. */
  readonly #expanded = new Map<string, readonly number[]>()
  /** Counts and windows of the open document, by term. */
  #counts = new Uint16Array(3 * 4096)
  #windows = new Uint32Array(4096)
  #touched: number[] = []
  #fieldLengths: [number, number, number] = [0, 0, 0]
  /** Finished postings in the order of documents; `finish` sorts them by term. */
  readonly #logTerm = new NumberList(1 << 14)
  readonly #logCounts = new NumberList(1 << 14)
  readonly #logWindows = new NumberList(1 << 14)
  readonly #logEnds = new NumberList()
  readonly #utf8 = new TextEncoder()

  constructor(keyBytes: number) {
    this.#keyBytes = keyBytes
    this.#detailOffsets.push(0)
  }

  get documents(): number {
    return this.#lines.length
  }

  begin(key: Uint8Array): void {
    this.#keys.bytes(key)
  }

  word(word: string, field: typeof BODY | typeof COMMENT | typeof DEFINITION, window: number): void {
    let ids = this.#expanded.get(word)
    if (ids === undefined) {
      ids = termsOf(word).map((term) => this.#idOf(term))
      this.#expanded.set(word, ids)
    }
    for (const id of ids) {
      const at = id * 3
      const counts = this.#counts
      if (counts[at] === 0 && counts[at + 1] === 0 && counts[at + 2] === 0) this.#touched.push(id)
      counts[at + field] = Math.min(0xffff, (counts[at + field] ?? 0) + 1)
      this.#windows[id] = (this.#windows[id] ?? 0) | (1 << window)
    }
    this.#fieldLengths[field]++
  }

  end({ lines, flags, details }: DocumentEnd): void {
    for (const id of this.#touched) {
      const at = id * 3
      const cap = (value: number | undefined) => Math.min(255, value ?? 0)
      this.#logTerm.push(id)
      this.#logCounts.push(cap(this.#counts[at]) | (cap(this.#counts[at + 1]) << 8) | (cap(this.#counts[at + 2]) << 16))
      this.#logWindows.push(this.#windows[id] ?? 0)
      this.#counts.fill(0, at, at + 3)
      this.#windows[id] = 0
    }
    this.#logEnds.push(this.#logTerm.length)
    this.#touched = []
    for (const length of this.#fieldLengths) this.#lengths.push(length)
    this.#fieldLengths = [0, 0, 0]
    this.#lines.push((Math.min(lines, 0xffffff) | (flags << 24)) >>> 0)
    this.#details.bytes(this.#utf8.encode(details))
    this.#detailOffsets.push(this.#details.length)
  }

  finish(): Uint8Array<ArrayBuffer> {
    const order = this.#names.map((_, id) => id).sort((a, b) => compare(this.#names[a], this.#names[b]))
    const { starts, log } = this.#logByTerm()
    const documentOf = this.#documentsOfLog()
    const [counts, windows] = [this.#logCounts.view(), this.#logWindows.view()]
    const vocabulary = new ByteWriter(1 << 16)
    const vocabularyOffsets = new NumberList()
    const postings = new ByteWriter(1 << 18)
    const postingOffsets = new NumberList()
    const postingCounts = new NumberList()
    for (const id of order) {
      vocabularyOffsets.push(vocabulary.length)
      vocabulary.bytes(this.#utf8.encode(this.#names[id] ?? ''))
      postingOffsets.push(postings.length)
      const [from, to] = [starts[id] ?? 0, starts[id + 1] ?? 0]
      postingCounts.push(to - from)
      let previous = 0
      for (let n = from; n < to; n++) {
        const entry = log[n] ?? 0
        const packed = counts[entry] ?? 0
        const document = documentOf[entry] ?? 0
        writePosting(
          postings,
          {
            document,
            body: packed & 255,
            comment: (packed >>> 8) & 255,
            definition: packed >>> 16,
            windows: windows[entry] ?? 0,
          },
          previous,
        )
        previous = document
      }
    }
    vocabularyOffsets.push(vocabulary.length)
    postingOffsets.push(postings.length)
    return encodeSegment({
      keyBytes: this.#keyBytes,
      keys: this.#keys.finish(),
      lengths: this.#lengths.view(),
      lines: this.#lines.view(),
      details: this.#details.finish(),
      detailOffsets: this.#detailOffsets.view(),
      vocabulary: vocabulary.finish(),
      vocabularyOffsets: vocabularyOffsets.view(),
      postings: postings.finish(),
      postingOffsets: postingOffsets.view(),
      postingCounts: postingCounts.view(),
    })
  }

  #idOf(term: string): number {
    const known = this.#terms.get(term)
    if (known !== undefined) return known
    const id = this.#names.length
    this.#terms.set(term, id)
    this.#names.push(term)
    if (id >= this.#windows.length) {
      const counts = new Uint16Array(this.#counts.length * 2)
      counts.set(this.#counts)
      this.#counts = counts
      const windows = new Uint32Array(this.#windows.length * 2)
      windows.set(this.#windows)
      this.#windows = windows
    }
    return id
  }

  /** A counting sort: stable, so that the documents of a term stay in ascending order. */
  #logByTerm(): { starts: Uint32Array; log: Uint32Array } {
    const terms = this.#logTerm.view()
    const starts = new Uint32Array(this.#names.length + 1)
    for (const term of terms) starts[term + 1] = (starts[term + 1] ?? 0) + 1
    for (let id = 0; id < this.#names.length; id++) starts[id + 1] = (starts[id + 1] ?? 0) + (starts[id] ?? 0)
    const next = starts.slice()
    const log = new Uint32Array(terms.length)
    terms.forEach((term, entry) => {
      const at = next[term] ?? 0
      log[at] = entry
      next[term] = at + 1
    })
    return { starts, log }
  }

  #documentsOfLog(): Uint32Array {
    const documents = new Uint32Array(this.#logTerm.length)
    let from = 0
    this.#logEnds.view().forEach((to, document) => {
      documents.fill(document, from, to)
      from = to
    })
    return documents
  }
}

function compare(a: string | undefined, b: string | undefined): number {
  const [left, right] = [a ?? '', b ?? '']
  return left < right ? -1 : left > right ? 1 : 0
}
