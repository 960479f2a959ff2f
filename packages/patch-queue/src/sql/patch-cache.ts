import type { Patch } from '@patchlane/kernel'
import { LRUCache } from 'lru-cache'
import { contentBytes } from '../new-patch.ts'
import type { ProposalRow } from './patch-rows.ts'

interface Kept {
  patch: Patch
  document: string
  contentHash: string
}

const MAX_BYTES = 32 * 1024 * 1024
/** Contents that were erased by another process are gone from here after this time, in milliseconds. */
const TTL_MS = 10 * 60_000

/**
 * The patches that a gateway has in front of it. It is shown each of them again and again, and a patch never changes: only what became
 * of it does.
 */
export class PatchCache {
  readonly #kept = new LRUCache<string, Kept>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ patch, document }) => contentBytes(patch) + document.length + 1000,
    ttl: TTL_MS,
  })

  /** The patch of a row, if it is known with exactly this content. */
  get(row: ProposalRow): Patch | undefined {
    const kept = this.#kept.get(row.patch_id)
    const same = kept?.document === row.document && kept.contentHash === row.content_hash && row.erased_at === null
    return same ? kept.patch : undefined
  }

  set(row: ProposalRow, patch: Patch): void {
    if (row.erased_at === null)
      this.#kept.set(row.patch_id, { patch, document: row.document, contentHash: row.content_hash })
  }

  ids(): string[] {
    return [...this.#kept.keys()]
  }

  forget(patchIds: readonly string[]): void {
    for (const patchId of patchIds) this.#kept.delete(patchId)
  }
}
