import { type ObjectId, objectIdSchema } from '@patchlane/kernel'

/** One entry of one tree. `name` holds the raw bytes, one character each (latin1), so that a name in any encoding survives. */
export interface TreeEntry {
  /** As git writes it: `40000`, `100644`, `100755`, `120000`, `160000`. */
  mode: string
  name: string
  oid: ObjectId
}

export const TREE_MODE = '40000'

/** A path or name as people write it, as raw bytes in a string. */
export function toRawName(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** Raw bytes as text; bytes that are not UTF-8 are replaced. */
export function fromRawName(raw: string): string {
  return Buffer.from(raw, 'latin1').toString('utf8')
}

export function parseTree(content: Buffer, objectFormat: 'sha1' | 'sha256'): TreeEntry[] {
  const idBytes = objectFormat === 'sha1' ? 20 : 32
  const entries: TreeEntry[] = []
  for (let at = 0; at < content.length; ) {
    const blank = content.indexOf(0x20, at)
    const end = content.indexOf(0, blank)
    entries.push({
      mode: content.toString('latin1', at, blank),
      name: content.toString('latin1', blank + 1, end),
      oid: objectIdSchema.parse(content.toString('hex', end + 1, end + 1 + idBytes)),
    })
    at = end + 1 + idBytes
  }
  return entries
}

/** In git's order: by bytes, a folder as if its name ended in a slash. */
export function serializeTree(entries: readonly TreeEntry[]): Buffer {
  const sorted = [...entries].sort((a, b) => {
    const left = sortKey(a)
    const right = sortKey(b)
    return left < right ? -1 : left > right ? 1 : 0
  })
  return Buffer.concat(
    sorted.flatMap((entry) => [Buffer.from(`${entry.mode} ${entry.name}\0`, 'latin1'), Buffer.from(entry.oid, 'hex')]),
  )
}

function sortKey(entry: TreeEntry): string {
  return entry.mode === TREE_MODE ? `${entry.name}/` : entry.name
}
