import { crc32 } from 'node:zlib'
import { SegmentDamagedError } from '../errors.ts'

const MAGIC = 0x58494c50
const HEADER_BYTES = 12

/** The parts of a segment; `…Offsets` have one entry more than there are items. */
export interface SegmentParts {
  /** Bytes of one document's key. */
  keyBytes: number
  keys: Uint8Array
  /** Body, comment and definition words of each document. */
  lengths: Uint32Array
  lines: Uint32Array
  details: Uint8Array
  detailOffsets: Uint32Array
  /** Terms in the order of their UTF-16 code units, as UTF-8. */
  vocabulary: Uint8Array
  vocabularyOffsets: Uint32Array
  postings: Uint8Array
  postingOffsets: Uint32Array
  postingCounts: Uint32Array
}

const wide = ['lengths', 'lines', 'detailOffsets', 'vocabularyOffsets', 'postingOffsets', 'postingCounts'] as const
const narrow = ['keys', 'details', 'vocabulary', 'postings'] as const

/** Where each section lies, from the end of the table: offset and length in bytes. */
interface SectionTable {
  keyBytes: number
  sections: Partial<Record<string, [number, number]>>
}

/** One file: magic, table of sections, the sections on boundaries of four bytes, a checksum of all before it. */
export function encodeSegment(parts: SegmentParts): Uint8Array<ArrayBuffer> {
  const sections: Record<string, [number, number]> = {}
  const chunks: [number, Uint8Array][] = []
  let size = 0
  for (const name of [...wide, ...narrow]) {
    const part = parts[name]
    sections[name] = [size, part.byteLength]
    chunks.push([size, new Uint8Array(part.buffer, part.byteOffset, part.byteLength)])
    size += align(part.byteLength)
  }
  const table = new TextEncoder().encode(JSON.stringify({ keyBytes: parts.keyBytes, sections }))
  const base = align(HEADER_BYTES + table.length)
  const file = new Uint8Array(base + size + 4)
  const view = new DataView(file.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, table.length, true)
  view.setUint32(8, file.length, true)
  file.set(table, HEADER_BYTES)
  for (const [at, chunk] of chunks) file.set(chunk, base + at)
  view.setUint32(file.length - 4, crc32(file.subarray(0, -4)), true)
  return file
}

/** @throws {SegmentDamagedError} when the bytes are not a whole segment. */
export function decodeSegment(bytes: Uint8Array): SegmentParts {
  // Sections are read as 32-bit words, which have to be aligned in memory.
  const file = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes)
  if (file.length < HEADER_BYTES + 4) throw new SegmentDamagedError('it is too short')
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (view.getUint32(0, true) !== MAGIC) throw new SegmentDamagedError('it begins with something else')
  if (view.getUint32(8, true) !== file.length) throw new SegmentDamagedError('its length is wrong')
  if (view.getUint32(file.length - 4, true) !== crc32(file.subarray(0, -4))) {
    throw new SegmentDamagedError('its checksum is wrong')
  }
  const tableLength = view.getUint32(4, true)
  const text = new TextDecoder().decode(file.subarray(HEADER_BYTES, HEADER_BYTES + tableLength))
  // The checksum vouches for the form: these are the bytes that `encodeSegment` wrote.
  const table: SectionTable = JSON.parse(text)
  const base = align(HEADER_BYTES + tableLength)
  const range = (name: string): [number, number] => {
    const section = table.sections[name]
    if (section === undefined) throw new SegmentDamagedError(`it has no section ${name}`)
    return [file.byteOffset + base + section[0], section[1]]
  }
  const words = (name: (typeof wide)[number]) => {
    const [at, length] = range(name)
    return new Uint32Array(file.buffer, at, length / 4)
  }
  const raw = (name: (typeof narrow)[number]) => {
    const [at, length] = range(name)
    return new Uint8Array(file.buffer, at, length)
  }
  return {
    keyBytes: table.keyBytes,
    keys: raw('keys'),
    lengths: words('lengths'),
    lines: words('lines'),
    details: raw('details'),
    detailOffsets: words('detailOffsets'),
    vocabulary: raw('vocabulary'),
    vocabularyOffsets: words('vocabularyOffsets'),
    postings: raw('postings'),
    postingOffsets: words('postingOffsets'),
    postingCounts: words('postingCounts'),
  }
}

function align(length: number): number {
  return (length + 3) & ~3
}
