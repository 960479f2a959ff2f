import { type ObjectId, objectIdSchema } from '@patchlane/kernel'

/** One path that differs between two trees. */
export interface TreeDifference {
  status: 'added' | 'modified' | 'deleted' | 'renamed'
  path: string
  /** The old path of a rename. */
  from?: string
  before: { mode: string; oid: ObjectId } | null
  after: { mode: string; oid: ObjectId } | null
}

/** Reads `git diff-tree -r --raw -z`. */
export function parseRawDiff(stdout: string): TreeDifference[] {
  const fields = stdout.split('\0')
  const differences: TreeDifference[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const header = /^:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*$/.exec(fields[at] ?? '')
    const [, oldMode = '', newMode = '', oldId, newId, letter] = header ?? []
    if (header === null) break
    const before = oldMode === '000000' ? null : { mode: oldMode, oid: objectIdSchema.parse(oldId) }
    const after = newMode === '000000' ? null : { mode: newMode, oid: objectIdSchema.parse(newId) }
    const path = fields[at + 1] ?? ''
    if (letter === 'R') {
      differences.push({ status: 'renamed', from: path, path: fields[at + 2] ?? '', before, after })
      at++
    } else {
      const status = before === null ? 'added' : after === null ? 'deleted' : 'modified'
      differences.push({ status, path, before, after })
    }
  }
  return differences
}
