import { type Posting, writePosting } from './posting.ts'
import { encodeSegment } from './segment-file.ts'
import { type Field, Tally } from './tally.ts'
import { ByteWriter, NumberList } from './varint.ts'
import { Vocabulary } from './vocabulary.ts'

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
  readonly #vocabulary: Vocabulary
  /** Of the open document: by word while it is read, by term when it ends. */
  readonly #ofWords = new Tally()
  readonly #ofTerms = new Tally()
  #fieldLengths: [number, number, number] = [0, 0, 0]
  /** Finished postings in the order of documents; `finish` sorts them by term. */
  readonly #logTerm = new NumberList(1 << 14)
  readonly #logCounts = new NumberList(1 << 14)
  readonly #logWindows = new NumberList(1 << 14)
  readonly #logEnds = new NumberList()

  /** A vocabulary can be shared by writers, one after the other. */
  constructor(keyBytes: number, vocabulary = new Vocabulary()) {
    this.#keyBytes = keyBytes
    this.#vocabulary = vocabulary
    this.#detailOffsets.push(0)
  }

  get documents(): number {
    return this.#lines.length
  }

  /** Of all documents so far: what the segment's size goes by. */
  get postings(): number {
    return this.#logTerm.length
  }

  begin(key: Uint8Array): void {
    this.#keys.bytes(key)
  }

  word(word: string, field: Field, window: number): void {
    this.#ofWords.add(this.#vocabulary.word(word), field, window)
    this.#fieldLengths[field]++
  }

  /** As {@link word}, for one that stands in `text`, in UTF-8; `hash` is a function of it. */
  wordIn(text: Uint8Array, from: number, to: number, hash: number, field: Field, window: number): void {
    this.#ofWords.add(this.#vocabulary.wordIn(text, from, to, hash), field, window)
    this.#fieldLengths[field]++
  }

  end({ lines, flags, details }: DocumentEnd): void {
    const words = this.#ofWords.touched()
    for (let n = 0; n < words.length; n++) {
      const word = words[n] ?? 0
      const terms = this.#vocabulary.termsOf(word)
      for (let t = 0; t < terms.length; t++) this.#ofTerms.addFrom(this.#ofWords, word, terms[t] ?? 0)
    }
    this.#ofWords.clear()
    const { counts, windows } = this.#ofTerms
    const terms = this.#ofTerms.touched()
    for (let n = 0; n < terms.length; n++) {
      const term = terms[n] ?? 0
      this.#logTerm.push(term)
      this.#logCounts.push(
        capped(counts[term * 3]) | (capped(counts[term * 3 + 1]) << 8) | (capped(counts[term * 3 + 2]) << 16),
      )
      this.#logWindows.push(windows[term] ?? 0)
    }
    this.#ofTerms.clear()
    this.#logEnds.push(this.#logTerm.length)
    for (const length of this.#fieldLengths) this.#lengths.push(length)
    this.#fieldLengths = [0, 0, 0]
    this.#lines.push((Math.min(lines, 0xffffff) | (flags << 24)) >>> 0)
    this.#details.text(details)
    this.#detailOffsets.push(this.#details.length)
  }

  finish(): Uint8Array<ArrayBuffer> {
    const { starts, log } = this.#logByTerm()
    const names: string[] = []
    for (let id = 0; id + 1 < starts.length; id++) {
      if (starts[id] !== starts[id + 1]) names.push(this.#vocabulary.name(id))
    }
    // The default order is that of UTF-16 code units, which is the one meant.
    names.sort()
    const documentOf = this.#documentsOfLog()
    const [counts, windows] = [this.#logCounts.view(), this.#logWindows.view()]
    const vocabulary = new ByteWriter(1 << 16)
    const vocabularyOffsets = new NumberList()
    const postings = new ByteWriter(1 << 18)
    const postingOffsets = new NumberList()
    const postingCounts = new NumberList()
    const posting: Posting = { document: 0, body: 0, comment: 0, definition: 0, windows: 0 }
    for (const name of names) {
      const id = this.#vocabulary.number(name)
      vocabularyOffsets.push(vocabulary.length)
      vocabulary.text(name)
      postingOffsets.push(postings.length)
      const [from, to] = [starts[id] ?? 0, starts[id + 1] ?? 0]
      postingCounts.push(to - from)
      let previous = 0
      for (let n = from; n < to; n++) {
        const entry = log[n] ?? 0
        const packed = counts[entry] ?? 0
        const document = documentOf[entry] ?? 0
        posting.document = document
        posting.body = packed & 255
        posting.comment = (packed >>> 8) & 255
        posting.definition = packed >>> 16
        posting.windows = windows[entry] ?? 0
        writePosting(postings, posting, previous)
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

  /** A counting sort: stable, so that the documents of a term stay in ascending order. */
  #logByTerm(): { starts: Uint32Array; log: Uint32Array } {
    const terms = this.#logTerm.view()
    const starts = new Uint32Array(this.#vocabulary.terms + 1)
    for (const term of terms) starts[term + 1] = (starts[term + 1] ?? 0) + 1
    for (let id = 0; id + 1 < starts.length; id++) starts[id + 1] = (starts[id + 1] ?? 0) + (starts[id] ?? 0)
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

function capped(count: number | undefined): number {
  return Math.min(255, count ?? 0)
}
