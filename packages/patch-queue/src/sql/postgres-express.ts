import type { Database } from '@patchlane/database'
import { isSettled, PatchlaneError, type TargetLease } from '@patchlane/kernel'
import { enteredRecord } from '../new-patch.ts'
import { patchStream } from '../patch-queue.ts'
import type { ExpressLane, NewPatch, PatchRecord, Step } from '../patch-store.ts'
import { loadRecords } from './load-records.ts'
import type { PatchCache } from './patch-cache.ts'
import { advanceStatement } from './postgres-advance.ts'
import { enterStatement } from './postgres-enter.ts'

/**
 * The usual steps as one statement each: one trip to the server and one sync of its log, instead of seven trips. A statement is a
 * transaction; these take their locks in the order of the long way: target or lease, then patch, then stream.
 */
export class PostgresExpress implements ExpressLane {
  readonly #database: Database
  readonly #cache: PatchCache
  readonly #enter: ReturnType<typeof enterStatement>
  readonly #advance: ReturnType<typeof advanceStatement>

  constructor(database: Database, cache: PatchCache) {
    this.#database = database
    this.#cache = cache
    this.#enter = enterStatement(database)
    this.#advance = advanceStatement(database)
  }

  async enter(patches: readonly NewPatch[]): Promise<PatchRecord[] | undefined> {
    if (patches.length === 0) return []
    const place = await this.#attempt(() => this.#enter(patches))
    if (place === undefined) return undefined
    return patches.map((entering, index) => enteredRecord(entering, place.before + index + 1, place.at))
  }

  async advance(lease: TargetLease, patchId: string, step: Step): Promise<PatchRecord | undefined> {
    const row = await this.#attempt(() => this.#advance(lease, patchId, step))
    if (row === undefined) return undefined
    this.#database.wakeUps.notify(patchStream(lease))
    const [record] = await loadRecords(this.#database.db, [row], { cache: this.#cache })
    if (isSettled(step.to)) this.#cache.forget([patchId])
    return record
  }

  /**
   * What fails for reasons of its own, as a proposal that is known already or the victim of a deadlock does, can go the long way; a store
   * that is away is away there, too.
   */
  async #attempt<T>(statement: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await statement()
    } catch (error) {
      if (PatchlaneError.is(error)) throw error
      return undefined
    }
  }
}
