import { type BlobToRead, extractDocument } from './extract-document.ts'
import { SegmentWriter } from './segment/segment-writer.ts'
import { Vocabulary } from './segment/vocabulary.ts'

/** A vocabulary of more words is given up: what is left of a huge repository has its own. */
const MAX_WORDS = 400_000
/** Some ten megabytes. What is taken is written out, so that an interrupted index goes on where it was. */
const ENOUGH_POSTINGS = 2_500_000

/** A segment that grows blob by blob, one after another. Those that follow each other share a vocabulary. */
export class OpenSegment {
  #vocabulary: Vocabulary
  #writer: SegmentWriter | undefined

  constructor(vocabulary = new Vocabulary()) {
    this.#vocabulary = vocabulary
  }

  /** Whether it is time to take it. */
  get isLarge(): boolean {
    // What its size in bytes goes by: a posting takes three to eight.
    return (this.#writer?.postings ?? 0) > ENOUGH_POSTINGS
  }

  /** Reads blobs, in the order given. */
  async add(blobs: readonly BlobToRead[]): Promise<void> {
    if (this.#writer === undefined) {
      if (this.#vocabulary.words > MAX_WORDS) this.#vocabulary = new Vocabulary()
      this.#writer = new SegmentWriter(blobs[0]?.key.length ?? 21, this.#vocabulary)
    }
    for (const blob of blobs) await extractDocument(this.#writer, blob)
  }

  /** The segment so far, and begins another; null if nothing was added. */
  take(): Uint8Array<ArrayBuffer> | null {
    const bytes = this.#writer?.finish() ?? null
    this.#writer = undefined
    return bytes
  }
}

/** Of the segments that are built in one go, an overlay's for one: there are many, and each is small. */
let vocabulary = new Vocabulary()

/** Reads blobs into one segment, in the order given. */
export async function buildSegment(blobs: readonly BlobToRead[]): Promise<Uint8Array<ArrayBuffer>> {
  if (vocabulary.words > MAX_WORDS) vocabulary = new Vocabulary()
  const segment = new OpenSegment(vocabulary)
  await segment.add(blobs)
  return segment.take() ?? new SegmentWriter(21).finish()
}
