import type { BlobToRead } from './extract-document.ts'

/** Bytes of one task at most and at least: large enough to be worth a message, small enough to end with the others. */
const MOST_BYTES = 150_000
const LEAST_BYTES = 20_000

/**
 * Blobs that several threads take from, the largest first, so that none is still at a large one when all else is done: some in tasks of several
 * from its beginning, one by single blobs from its end.
 */
export class BlobQueue {
  readonly #blobs: BlobToRead[]
  readonly #readers: number
  #next = 0
  #bytes: number

  constructor(blobs: readonly BlobToRead[], readers: number) {
    this.#blobs = [...blobs].sort((a, b) => bytesOf(b) - bytesOf(a))
    this.#readers = readers
    this.#bytes = blobs.reduce((sum, blob) => sum + bytesOf(blob), 0)
  }

  /** The blobs of one task, the smaller the less is left; none when there are none left. */
  take(): BlobToRead[] {
    const enough = Math.min(MOST_BYTES, Math.max(LEAST_BYTES, this.#bytes / (3 * this.#readers)))
    const start = this.#next
    let bytes = 0
    while (this.#next < this.#blobs.length && bytes < enough) bytes += bytesOf(this.#blobs[this.#next++])
    this.#bytes -= bytes
    return this.#blobs.slice(start, this.#next)
  }

  /** The smallest blob that is left, of at most so many bytes; undefined when there is none. */
  takeSmall(most: number): BlobToRead | undefined {
    const blob = this.#blobs.at(-1)
    if (blob === undefined || this.#next >= this.#blobs.length || bytesOf(blob) > most) return undefined
    this.#blobs.pop()
    this.#bytes -= bytesOf(blob)
    return blob
  }
}

function bytesOf(blob: BlobToRead | undefined): number {
  return blob?.content?.length ?? 0
}
