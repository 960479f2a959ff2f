import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeSegments } from '../src/segment/merge-segments.ts'
import { Segment } from '../src/segment/segment.ts'
import { SegmentWriter } from '../src/segment/segment-writer.ts'

interface Draft {
  key: number
  words: { word: string; field: 0 | 1 | 2; window: number }[]
}

const draft: fc.Arbitrary<Draft> = fc.record({
  key: fc.nat(40),
  words: fc.array(
    fc.record({
      word: fc.constantFrom('alpha', 'beta', 'readConfig', 'émile', '漢字', 'x_y', 'zebra', 'HTTPServer2'),
      field: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
      window: fc.integer({ min: 0, max: 31 }),
    }),
    { maxLength: 12 },
  ),
})

const keyOf = (key: number) => Uint8Array.of(key, 0xff, 7)

function build(drafts: readonly Draft[]): Segment {
  const writer = new SegmentWriter(3)
  for (const { key, words } of drafts) {
    writer.begin(keyOf(key))
    for (const { word, field, window } of words) writer.word(word, field, window)
    writer.end({ lines: key, flags: key % 4, details: JSON.stringify({ key }) })
  }
  return new Segment(writer.finish())
}

/** Everything a segment says, in a form that does not depend on the order of its documents. */
function contents(segment: Segment): Record<string, unknown> {
  const documents: Record<string, unknown> = {}
  for (let at = 0; at < segment.documents; at++) {
    documents[segment.key(at)] = [
      segment.lines(at),
      segment.flags(at),
      segment.details(at),
      [0, 1, 2].map((field) => segment.length(at, field)),
    ]
  }
  const terms: Record<string, string[]> = {}
  for (let term = 0; term < segment.terms; term++) {
    const list: string[] = []
    segment.postings(term, ({ document, ...counts }) => list.push(`${segment.key(document)} ${JSON.stringify(counts)}`))
    terms[segment.term(term)] = list.sort()
  }
  return { documents, terms }
}

const distinct = (drafts: readonly Draft[]) => [...new Map(drafts.map((one) => [one.key, one])).values()]

describe('segments', () => {
  it('say what was put in', () => {
    const segment = build([
      {
        key: 5,
        words: [
          { word: 'readConfig', field: 2, window: 3 },
          { word: 'read', field: 0, window: 31 },
        ],
      },
    ])
    const found: unknown[] = []
    segment.postings(segment.find('read'), (posting) => found.push({ ...posting }))
    expect(found).toEqual([{ document: 0, body: 1, comment: 0, definition: 1, windows: 0x80000008 }])
    expect(segment.find('readconfig')).toBeGreaterThanOrEqual(0)
    expect(segment.find('missing')).toBe(-1)
    expect([segment.lines(0), segment.flags(0), segment.details(0)]).toEqual([5, 1, '{"key":5}'])
  })

  it('merge to what one segment of all documents says, in any order and grouping', () => {
    fc.assert(
      fc.property(fc.array(draft, { maxLength: 12 }), fc.nat(12), (drafts, cut) => {
        const documents = distinct(drafts)
        const parts = [build(documents.slice(cut)), build(documents.slice(0, cut)), build(documents.slice(0, 2))]
        const merged = new Segment(mergeSegments(parts))
        expect(contents(merged)).toEqual(contents(build(documents)))
      }),
      { numRuns: 100 },
    )
  })

  it('are read wherever they lie in memory', () => {
    const writer = new SegmentWriter(3)
    writer.begin(keyOf(1))
    writer.word('alpha', 0, 0)
    writer.end({ lines: 1, flags: 0, details: '{}' })
    const whole = writer.finish()
    for (const shift of [0, 1, 2, 3]) {
      const moved = Buffer.alloc(whole.length + shift).subarray(shift)
      moved.set(whole)
      expect(new Segment(moved).find('alpha')).toBe(0)
    }
  })

  it('find every term they hold', () => {
    fc.assert(
      fc.property(fc.array(draft, { maxLength: 8 }), (drafts) => {
        const segment = build(distinct(drafts))
        for (let term = 0; term < segment.terms; term++) expect(segment.find(segment.term(term))).toBe(term)
      }),
      { numRuns: 50 },
    )
  })

  it('refuse damaged bytes, wherever the damage is', () => {
    const writer = new SegmentWriter(3)
    writer.begin(keyOf(1))
    writer.word('alpha', 0, 0)
    writer.end({ lines: 1, flags: 0, details: '{}' })
    const whole = writer.finish()
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Uint8Array.from(whole)
        damaged[at] = (damaged[at] ?? 0) ^ flip
        expect(() => new Segment(damaged)).toThrow(expect.objectContaining({ code: 'CONTEXT_SEGMENT_DAMAGED' }))
        expect(() => new Segment(whole.subarray(0, at))).toThrow(
          expect.objectContaining({ code: 'CONTEXT_SEGMENT_DAMAGED' }),
        )
      }),
      { numRuns: 200 },
    )
  })
})
