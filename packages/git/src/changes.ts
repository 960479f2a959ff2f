import {
  type FileChange,
  type FileMode,
  type FileVersion,
  fileModeSchema,
  type ObjectId,
  parseRepoPath,
} from '@patchlane/kernel'
import type { TreeDifference } from './diff-trees.ts'
import { UnsupportedEntryError } from './errors.ts'

type ReadBlob = (oid: ObjectId) => Promise<Uint8Array>

/** A tree entry as a file version. @throws {UnsupportedEntryError} for a submodule. */
export async function describeVersion(
  path: string,
  entry: { mode: string; oid: ObjectId },
  readBlob: ReadBlob,
): Promise<FileVersion> {
  const mode = fileMode(entry.mode)
  if (mode === undefined) throw new UnsupportedEntryError(path, entry.mode)
  return { mode, oid: entry.oid, content: await readBlob(entry.oid) }
}

/**
 * One difference between two trees as a change with its full text.
 *
 * @throws {UnsupportedEntryError} for a submodule.
 * @throws {UnsafePathError} for a path that cannot be written on every system.
 */
export async function describeChange(difference: TreeDifference, readBlob: ReadBlob): Promise<FileChange> {
  const path = parseRepoPath(difference.path)
  const before = difference.before === null ? null : await describeVersion(path, difference.before, readBlob)
  const after = difference.after === null ? null : await describeVersion(path, difference.after, readBlob)
  if (after === null) {
    if (before === null) throw new UnsupportedEntryError(path, '000000')
    return { kind: 'delete', path, before }
  }
  if (before === null) return { kind: 'create', path, after }
  if (difference.from === undefined) return { kind: 'modify', path, before, after }
  return { kind: 'rename', path, from: parseRepoPath(difference.from), before, after }
}

/** Old repositories hold files that the group may write; git treats them as plain. */
function fileMode(mode: string): FileMode | undefined {
  const parsed = fileModeSchema.safeParse(mode === '100664' ? '100644' : mode)
  return parsed.success ? parsed.data : undefined
}
