import { readFile } from 'node:fs/promises'

/** What git's index says of one file. */
export interface IndexEntry {
  /** Git's numbers: `0o100644`, `0o100755`, `0o120000`, or `0o160000` for a submodule. */
  mode: number
  oid: string
  path: string
}

const STAT_BYTES = 40
const MODE_AT = 24
const EXTENDED = 0x4000
const NAME_LENGTH = 0xfff

/**
 * Reads the entries of an index of version 2 or 3 whose name `wanted` accepts, by the format's own description (gitformat-index).
 * To start a git process for that takes longer than to read the file.
 *
 * @param wanted sees the bytes of the name, from `start` to `end`.
 * @returns undefined when there is no such index.
 */
export async function readIndexEntries(
  file: string,
  objectFormat: 'sha1' | 'sha256',
  wanted: (bytes: Buffer, start: number, end: number) => boolean = () => true,
): Promise<IndexEntry[] | undefined> {
  const bytes = await readFile(file).catch(() => undefined)
  if (bytes === undefined || bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'DIRC') return undefined
  const version = bytes.readUInt32BE(4)
  if (version !== 2 && version !== 3) return undefined
  const oidBytes = objectFormat === 'sha1' ? 20 : 32
  const entries: IndexEntry[] = []
  let at = 12
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const flagsAt = at + STAT_BYTES + oidBytes
    if (flagsAt + 2 > bytes.length) return undefined
    const flags = bytes.readUInt16BE(flagsAt)
    const start = flagsAt + (flags & EXTENDED ? 4 : 2)
    const length = flags & NAME_LENGTH
    const end = length < NAME_LENGTH ? start + length : bytes.indexOf(0, start)
    if (end < start || end > bytes.length) return undefined
    if (wanted(bytes, start, end))
      entries.push({
        mode: bytes.readUInt32BE(at + MODE_AT),
        oid: bytes.toString('hex', at + STAT_BYTES, flagsAt),
        path: bytes.toString('utf8', start, end),
      })
    // At least one zero, and as many as make the length a multiple of eight.
    at += (end - at + 8) & ~7
  }
  return entries
}

/** Accepts files of these names, in whatever folder. */
export function named(names: readonly string[]): (bytes: Buffer, start: number, end: number) => boolean {
  const wanted = names.map((name) => Buffer.from(name))
  return (bytes, start, end) =>
    wanted.some((name) => {
      const from = end - name.length
      return (
        (from === start || (from > start && bytes[from - 1] === 0x2f)) &&
        bytes.compare(name, 0, name.length, from, end) === 0
      )
    })
}
