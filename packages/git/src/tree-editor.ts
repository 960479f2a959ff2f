import type { FileMode, ObjectId } from '@patchlane/kernel'
import { TreeConflictError } from './errors.ts'
import { fromRawName, TREE_MODE, type TreeEntry, toRawName } from './tree-object.ts'

/** What becomes of one path; `null` removes it. */
export interface TreeChange {
  path: string
  entry: { mode: FileMode; oid: ObjectId } | null
}

/** What editing trees needs from a repository. */
export interface TreeStore {
  readTree(oid: ObjectId): Promise<readonly TreeEntry[]>
  writeTree(entries: readonly TreeEntry[]): Promise<ObjectId>
}

interface Edit {
  leaf?: TreeChange['entry']
  children: Map<string, Edit>
}

/**
 * Applies changes to a tree and returns the new one. Reads and writes only the folders on the way to a change; folders that become
 * empty disappear. Removing what is not there is no error.
 *
 * @throws {TreeConflictError} when a path would be a file and a folder at once; nothing refers to what was written.
 */
export async function editTree(store: TreeStore, base: ObjectId, changes: readonly TreeChange[]): Promise<ObjectId> {
  const root: Edit = { children: new Map() }
  for (const change of changes) {
    let edit = root
    for (const component of toRawName(change.path).split('/')) {
      const next = edit.children.get(component) ?? { children: new Map() }
      edit.children.set(component, next)
      edit = next
    }
    edit.leaf = change.entry
  }
  return (await applyEdit(store, base, root, '')) ?? store.writeTree([])
}

/** The id of the edited folder; undefined if nothing is left in it. */
async function applyEdit(
  store: TreeStore,
  base: ObjectId | undefined,
  edit: Edit,
  prefix: string,
): Promise<ObjectId | undefined> {
  const entries = new Map<string, TreeEntry>()
  if (base !== undefined) for (const entry of await store.readTree(base)) entries.set(entry.name, entry)
  // Side by side: each folder waits for the disk once, and the disk is better at many than at one after the other.
  await Promise.all(
    [...edit.children].map(async ([name, child]) => {
      const result = await applyChild(store, entries.get(name), child, `${prefix}${name}`)
      if (result === undefined) entries.delete(name)
      else entries.set(name, { ...result, name })
    }),
  )
  return entries.size === 0 ? undefined : store.writeTree([...entries.values()])
}

async function applyChild(
  store: TreeStore,
  before: TreeEntry | undefined,
  edit: Edit,
  path: string,
): Promise<{ mode: string; oid: ObjectId } | undefined> {
  const wasFolder = before?.mode === TREE_MODE
  // A file stays unless this edit removes or replaces it.
  const file = edit.leaf === undefined ? (wasFolder ? undefined : before) : (edit.leaf ?? undefined)
  if (edit.children.size === 0) {
    if (edit.leaf !== undefined && wasFolder) {
      if (edit.leaf === null) return before
      throw new TreeConflictError(fromRawName(path))
    }
    return file
  }
  const folder = await applyEdit(store, wasFolder ? before.oid : undefined, edit, `${path}/`)
  if (folder !== undefined && file !== undefined) throw new TreeConflictError(fromRawName(path))
  return folder === undefined ? file : { mode: TREE_MODE, oid: folder }
}
