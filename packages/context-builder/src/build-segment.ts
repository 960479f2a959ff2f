import { type BlobToRead, extractDocument } from './extract-document.ts'
import { SegmentWriter } from './segment/segment-writer.ts'
import { Vocabulary } from './segment/vocabulary.ts'

/** A vocabulary of more words is given up: what is left of a huge repository has its own. */
const MAX_WORDS = 400_000

let vocabulary = new Vocabulary()

/** A segment that grows blob by blob. One at a time: those of a thread share a vocabulary. */
export class OpenSegment {
  #writer: SegmentWriter | undefined

  /** What its size in bytes goes by: a posting takes three to eight. */
  get postings(): number {
    return this.#writer?.postings ?? 0
  }

  /** Reads blobs, in the order given. */
  async add(blobs: readonly BlobToRead[]): Promise<void> {
    if (this.#writer === undefined) {
      if (vocabulary.words > MAX_WORDS) vocabulary = new Vocabulary()
      this.#writer = new SegmentWriter(blobs[0]?.key.length ?? 21, vocabulary)
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

/** Reads blobs into one segment, in the order given. */
export async function buildSegment(blobs: readonly BlobToRead[]): Promise<Uint8Array<ArrayBuffer>> {
  const segment = new OpenSegment()
  await segment.add(blobs)
  return segment.take() ?? new SegmentWriter(21).finish()
}
