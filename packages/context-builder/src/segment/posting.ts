import type { ByteWriter } from './varint.ts'

/** The fields of a document that a term is counted in. The path is no field of a blob: one blob may stand at several paths. */
export const BODY = 0
export const COMMENT = 1
export const DEFINITION = 2

/** How often one term stands in one document, and in which of its (at most 32) windows. */
export interface Posting {
  document: number
  body: number
  comment: number
  definition: number
  windows: number
}

/** Counts beyond this are cut: BM25 is flat there. */
export const MAX_COUNT = 63

/** One posting after another of the same term; documents ascend. */
export function writePosting(out: ByteWriter, posting: Posting, previousDocument: number): void {
  out.varint(posting.document - previousDocument)
  const flags = (posting.definition > 0 ? 2 : 0) | (posting.comment > 0 ? 1 : 0)
  out.varint((Math.min(posting.body, MAX_COUNT) << 2) | flags)
  if (posting.comment > 0) out.varint(Math.min(posting.comment, MAX_COUNT))
  if (posting.definition > 0) out.varint(Math.min(posting.definition, MAX_COUNT))
  out.varint(posting.windows)
}

/** Reads the `count` postings that begin at `at`. The posting handed to `visit` is one object, used again for the next. */
export function readPostings(bytes: Uint8Array, at: number, count: number, visit: (posting: Posting) => void): void {
  const posting: Posting = { document: 0, body: 0, comment: 0, definition: 0, windows: 0 }
  let offset = at
  const next = (): number => {
    let value = 0
    let shift = 0
    for (;;) {
      const byte = bytes[offset++] ?? 0
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
      shift += 7
    }
  }
  for (let n = 0; n < count; n++) {
    posting.document += next()
    const head = next()
    posting.body = head >>> 2
    posting.comment = head & 1 ? next() : 0
    posting.definition = head & 2 ? next() : 0
    posting.windows = next()
    visit(posting)
  }
}
