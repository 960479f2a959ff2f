import { CodeIndex, HistoryStore, type TreeFile, type TreeReader } from '@patchlane/context-builder'
import type { ObjectId } from '@patchlane/kernel'

/**
 * Reads all blobs and messages that some commits need into the index in one go: what is asked commit by commit afterwards is there.
 * Threads are started and files written once instead of once a commit.
 */
export async function readAhead(reader: TreeReader, directory: string, commits: readonly ObjectId[]): Promise<void> {
  const [first] = commits
  if (first === undefined) return
  const files = new Map<string, TreeFile>()
  const past = new Set<ObjectId>()
  for (const commit of commits) {
    for (const file of await reader.listTree(commit)) files.set(`${file.oid} ${file.path}`, file)
    for (const one of await reader.listHistory(commit, 5_000)) past.add(one)
  }
  const all: TreeReader = {
    objectFormat: reader.objectFormat,
    stateDirectory: reader.stateDirectory,
    listTree: async () => [...files.values()],
    listHistory: async () => [...past],
    readBlobs: (oids, limits) => reader.readBlobs(oids, limits),
    readHistory: (wanted) => reader.readHistory(wanted),
  }
  const index = await CodeIndex.open({ reader: all, directory })
  await index.index({ commit: first })
  await new HistoryStore(all, index.directory).of(first)
}
