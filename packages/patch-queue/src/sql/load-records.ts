import type { Schema } from '@patchlane/database'
import type { Kysely } from 'kysely'
import type { PatchRecord } from '../patch-store.ts'
import { type ProposalRow, toRecord } from './patch-rows.ts'

/** Engines limit the parameters of one statement. */
export const CHUNK = 500

/** Joins proposals with their files, in the order of the proposals. */
export async function loadRecords(db: Kysely<Schema>, rows: readonly ProposalRow[]): Promise<PatchRecord[]> {
  const records: PatchRecord[] = []
  for (let start = 0; start < rows.length; start += CHUNK) {
    const chunk = rows.slice(start, start + CHUNK)
    const files = await db
      .selectFrom('patch_files')
      .selectAll()
      .where(
        'patch_id',
        'in',
        chunk.map((row) => row.patch_id),
      )
      .orderBy('patch_id')
      .orderBy('ordinal')
      .execute()
    const byPatch = Map.groupBy(files, (file) => file.patch_id)
    for (const row of chunk) records.push(toRecord(row, byPatch.get(row.patch_id) ?? []))
  }
  return records
}
