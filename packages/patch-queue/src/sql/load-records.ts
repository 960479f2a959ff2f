import type { Schema } from '@patchlane/database'
import type { Patch } from '@patchlane/kernel'
import type { Kysely } from 'kysely'
import type { PatchRecord } from '../patch-store.ts'
import type { PatchCache } from './patch-cache.ts'
import { type FileRow, type ProposalRow, toPatch, toRecord } from './patch-rows.ts'

/** Engines limit the parameters of one statement. */
export const CHUNK = 500

/** Joins proposals with their files, in the order of the proposals. What the cache has is not read. */
export async function loadRecords(
  db: Kysely<Schema>,
  rows: readonly ProposalRow[],
  cache?: PatchCache,
): Promise<PatchRecord[]> {
  const known = new Map<string, Patch>()
  for (const row of rows) {
    const patch = cache?.get(row)
    if (patch !== undefined) known.set(row.patch_id, patch)
  }
  const missing = rows.filter((row) => !known.has(row.patch_id)).map((row) => row.patch_id)
  const files = await loadFiles(db, missing)
  return rows.map((row) => toRecord(row, known.get(row.patch_id) ?? toPatch(row, files.get(row.patch_id) ?? [])))
}

async function loadFiles(db: Kysely<Schema>, patchIds: readonly string[]): Promise<Map<string, FileRow[]>> {
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
  return Map.groupBy(files, (file) => file.patch_id)
}
