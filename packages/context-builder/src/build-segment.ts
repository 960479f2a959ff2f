import { type BlobToRead, extractDocument } from './extract-document.ts'
import { SegmentWriter } from './segment/segment-writer.ts'

/** Reads blobs into one segment, in the order given. */
export async function buildSegment(blobs: readonly BlobToRead[]): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new SegmentWriter(blobs[0]?.key.length ?? 21)
  for (const blob of blobs) await extractDocument(writer, blob)
  return writer.finish()
}
