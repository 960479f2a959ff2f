import { type Posting, writePosting } from './posting.ts'
import type { Segment } from './segment.ts'
import { encodeSegment } from './segment-file.ts'
import { ByteWriter, NumberList } from './varint.ts'

/** Makes one segment of several. A document that stands in more than one is kept once; `keep` can drop more. */
export function mergeSegments(
  segments: readonly Segment[],
  keep: (key: string) => boolean = () => true,
): Uint8Array<ArrayBuffer> {
  const keys = new ByteWriter()
  const lengths = new NumberList()
  const lines = new NumberList()
  const details = new ByteWriter(1 << 16)
  const detailOffsets = new NumberList()
  detailOffsets.push(0)
  const seen = new Set<string>()
  /** The new number of each segment's documents plus one; 0 for those that are dropped. */
  const numbers = segments.map((segment) => {
    const { keyBytes, keys: allKeys, details: allDetails, detailOffsets: offsets } = segment.parts
    const map = new Uint32Array(segment.documents)
    for (let document = 0; document < segment.documents; document++) {
      const key = segment.key(document)
      if (seen.has(key) || !keep(key)) continue
      seen.add(key)
      map[document] = seen.size
      keys.bytes(allKeys.subarray(document * keyBytes, (document + 1) * keyBytes))
      for (const field of [0, 1, 2]) lengths.push(segment.length(document, field))
      lines.push(segment.parts.lines[document] ?? 0)
      details.bytes(allDetails.subarray(offsets[document], offsets[document + 1]))
      detailOffsets.push(details.length)
    }
    return map
  })
  const vocabulary = new ByteWriter(1 << 16)
  const vocabularyOffsets = new NumberList()
  const postings = new ByteWriter(1 << 18)
  const postingOffsets = new NumberList()
  const postingCounts = new NumberList()
  const moved: Posting = { document: 0, body: 0, comment: 0, definition: 0, windows: 0 }
  for (const { term, lists } of alignTerms(segments)) {
    let count = 0
    let previous = 0
    const start = postings.length
    for (const [at, position] of lists) {
      const map = numbers[at]
      segments[at]?.postings(position, (posting) => {
        const number = map?.[posting.document] ?? 0
        if (number === 0) return
        moved.document = number - 1
        moved.body = posting.body
        moved.comment = posting.comment
        moved.definition = posting.definition
        moved.windows = posting.windows
        writePosting(postings, moved, previous)
        previous = number - 1
        count++
      })
    }
    if (count === 0) continue
    vocabularyOffsets.push(vocabulary.length)
    vocabulary.text(term)
    postingOffsets.push(start)
    postingCounts.push(count)
  }
  vocabularyOffsets.push(vocabulary.length)
  postingOffsets.push(postings.length)
  return encodeSegment({
    keyBytes: segments[0]?.parts.keyBytes ?? 20,
    keys: keys.finish(),
    lengths: lengths.view(),
    lines: lines.view(),
    details: details.finish(),
    detailOffsets: detailOffsets.view(),
    vocabulary: vocabulary.finish(),
    vocabularyOffsets: vocabularyOffsets.view(),
    postings: postings.finish(),
    postingOffsets: postingOffsets.view(),
    postingCounts: postingCounts.view(),
  })
}

/** Walks all vocabularies at once, in order: each term with the segments that have it, in the order of the segments. */
function* alignTerms(segments: readonly Segment[]): Generator<{ term: string; lists: [number, number][] }> {
  const heads = segments.map((segment) => (segment.terms > 0 ? segment.term(0) : undefined))
  const positions = segments.map(() => 0)
  for (;;) {
    let least: string | undefined
    for (const head of heads) if (head !== undefined && (least === undefined || head < least)) least = head
    if (least === undefined) return
    const lists: [number, number][] = []
    for (const [at, head] of heads.entries()) {
      if (head !== least) continue
      const position = positions[at] ?? 0
      lists.push([at, position])
      positions[at] = position + 1
      const segment = segments[at]
      heads[at] = segment !== undefined && position + 1 < segment.terms ? segment.term(position + 1) : undefined
    }
    yield { term: least, lists }
  }
}
