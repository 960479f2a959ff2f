import { type ObjectId, objectIdSchema } from '@patchlane/kernel'
import { fromRawName, TREE_MODE, type TreeEntry } from './tree-object.ts'

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

/**
 * What differs between two trees, without rename detection and without a process: only folders that differ are read. Sorted by path.
 */
export async function walkDifference(
  readTree: (oid: ObjectId) => Promise<readonly TreeEntry[]>,
  a: ObjectId | null,
  b: ObjectId | null,
  prefix = '',
): Promise<TreeDifference[]> {
  const [left, right] = await Promise.all([a === null ? [] : readTree(a), b === null ? [] : readTree(b)])
  const before = new Map(left.map((entry) => [entry.name, entry]))
  const after = new Map(right.map((entry) => [entry.name, entry]))
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  const found = await Promise.all(
    names.map((name) => entryDifference(readTree, before.get(name), after.get(name), `${prefix}${fromRawName(name)}`)),
  )
  return found.flat()
}

async function entryDifference(
  readTree: (oid: ObjectId) => Promise<readonly TreeEntry[]>,
  before: TreeEntry | undefined,
  after: TreeEntry | undefined,
  path: string,
): Promise<TreeDifference[]> {
  if (before?.oid === after?.oid && before?.mode === after?.mode) return []
  const [oldFolder, newFolder] = [before?.mode === TREE_MODE, after?.mode === TREE_MODE]
  const oldFile = before === undefined || oldFolder ? null : { mode: before.mode.padStart(6, '0'), oid: before.oid }
  const newFile = after === undefined || newFolder ? null : { mode: after.mode.padStart(6, '0'), oid: after.oid }
  const own: TreeDifference[] = []
  if (oldFile !== null || newFile !== null) {
    const status = oldFile === null ? 'added' : newFile === null ? 'deleted' : 'modified'
    own.push({ status, path, before: oldFile, after: newFile })
  }
  if (!oldFolder && !newFolder) return own
  const inside = await walkDifference(
    readTree,
    oldFolder ? (before?.oid ?? null) : null,
    newFolder ? (after?.oid ?? null) : null,
    `${path}/`,
  )
  return [...own, ...inside]
}

/** The ids of all objects, trees and blobs, that the second tree has where the first has others. */
export async function newObjects(
  readTree: (oid: ObjectId) => Promise<readonly TreeEntry[]>,
  before: ObjectId | null,
  after: ObjectId,
): Promise<ObjectId[]> {
  if (before === after) return []
  const [old, now] = await Promise.all([before === null ? [] : readTree(before), readTree(after)])
  const known = new Map(old.map((entry) => [entry.name, entry]))
  const inside = await Promise.all(
    now.map(async ({ name, mode, oid }) => {
      const twin = known.get(name)
      if (twin?.oid === oid) return []
      return mode === TREE_MODE ? newObjects(readTree, twin?.mode === TREE_MODE ? twin.oid : null, oid) : [oid]
    }),
  )
  return [after, ...inside.flat()]
}
