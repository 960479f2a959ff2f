import type { Schema } from '@patchlane/database'
import type { Patch } from '@patchlane/kernel'
import type { Kysely } from 'kysely'
import type { PatchRecord } from '../patch-store.ts'
import type { PatchCache } from './patch-cache.ts'
import { type FileRow, type ProposalRow, toPatch, toRecord } from './patch-rows.ts'

/** Engines limit the parameters of one statement. */
export const CHUNK = 500

/** What need not be read again. */
export interface Known {
  cache?: PatchCache
  files?: readonly FileRow[]
}

/** Joins proposals with their files, in the order of the proposals. What is known is not read. */
export async function loadRecords(
  db: Kysely<Schema>,
  rows: readonly ProposalRow[],
  { cache, files = [] }: Known = {},
): Promise<PatchRecord[]> {
  const known = new Map<string, Patch>()
  for (const row of rows) {
    const patch = cache?.get(row)
    if (patch !== undefined) known.set(row.patch_id, patch)
  }
  const sent = new Set(files.map((file) => file.patch_id))
  const missing = rows.map((row) => row.patch_id).filter((patchId) => !known.has(patchId) && !sent.has(patchId))
  const filesOf = Map.groupBy([...files, ...(await readFiles(db, missing))], (file) => file.patch_id)
  return rows.map((row) => toRecord(row, known.get(row.patch_id) ?? toPatch(row, filesOf.get(row.patch_id) ?? [])))
}

async function readFiles(db: Kysely<Schema>, patchIds: readonly string[]): Promise<FileRow[]> {
  const files: FileRow[] = []
  for (let start = 0; start < patchIds.length; start += CHUNK)
    files.push(
      ...(await db
        .selectFrom('patch_files')
        .selectAll()
        .where('patch_id', 'in', patchIds.slice(start, start + CHUNK))
        .orderBy('patch_id')
        .orderBy('ordinal')
        .execute()),
    )
  return files
}
