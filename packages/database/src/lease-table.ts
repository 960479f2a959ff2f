import type { TargetLease } from '@patchlane/kernel'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Database } from './database.ts'
import type { Schema, TargetLeasesTable } from './schema.ts'

/** Names a lease: a target of a repository. */
export interface LeaseKey {
  repoId: string
  target: string
}

/** What {@link LeaseTable.check} found. `expired`: nobody took over yet, so {@link LeaseTable.renew} can still save it. */
export type LeaseStanding = { held: true; now: number } | { held: false; reason: 'lost' | 'expired'; epoch: number }

/** What the row of a lease, read at `now`, says about a holder. */
export function leaseStanding(
  lease: Pick<TargetLease, 'epoch' | 'owner'>,
  row: { owner: string | null; epoch: number; expires_at: number; now: number } | undefined,
): LeaseStanding {
  if (row === undefined || row.epoch !== lease.epoch || row.owner !== lease.owner)
    return { held: false, reason: 'lost', epoch: row?.epoch ?? 0 }
  if (row.expires_at <= row.now) return { held: false, reason: 'expired', epoch: row.epoch }
  return { held: true, now: row.now }
}

/**
 * Leases with a fencing token. The epoch grows by one with each take-over and never comes back, not even after a release; expiry is
 * by the database's clock, so the machines' clocks do not matter.
 */
export class LeaseTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * Takes a free or expired lease. Never waits for its holder; of two that race, one gets it. In `trx`, if given: it is taken if and only if that commits.
   */
  async acquire(key: LeaseKey, owner: string, ttlMs: number, trx?: Kysely<Schema>): Promise<TargetLease | undefined> {
    const { clock } = this.#database
    const fresh = { owner, acquired_at: clock, expires_at: sql<number>`${clock} + ${ttlMs}` }
    // A row that somebody writes is waited for; whoever comes second then finds it taken.
    const row = await (trx ?? this.#database.db)
      .insertInto('target_leases')
      .values({ repo_id: key.repoId, target: key.target, epoch: 1, ...fresh })
      .onConflict((conflict) =>
        conflict
          .columns(['repo_id', 'target'])
          .doUpdateSet({ ...fresh, epoch: sql<number>`target_leases.epoch + 1` })
          .where((free) =>
            free.or([free('target_leases.owner', 'is', null), free('target_leases.expires_at', '<=', clock)]),
          ),
      )
      .returningAll()
      .executeTakeFirst()
    return row === undefined ? undefined : toLease(row, owner)
  }

  /** Makes a lease last `ttlMs` from now. Works past its expiry as long as nobody took over; `undefined` once somebody did. */
  async renew(lease: TargetLease, ttlMs: number): Promise<TargetLease | undefined> {
    const row = await this.#database.db
      .updateTable('target_leases')
      .set({ expires_at: sql<number>`${this.#database.clock} + ${ttlMs}` })
      .where('repo_id', '=', lease.repoId)
      .where('target', '=', lease.target)
      .where('epoch', '=', lease.epoch)
      .where('owner', '=', lease.owner)
      .returningAll()
      .executeTakeFirst()
    return row === undefined ? undefined : toLease(row, lease.owner)
  }

  /** Gives a lease back; false if it was lost already, which is no error. */
  async release(lease: TargetLease, trx?: Kysely<Schema>): Promise<boolean> {
    const result = await (trx ?? this.#database.db)
      .updateTable('target_leases')
      .set({ owner: null, expires_at: 0 })
      .where('repo_id', '=', lease.repoId)
      .where('target', '=', lease.target)
      .where('epoch', '=', lease.epoch)
      .where('owner', '=', lease.owner)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  /**
   * Whether `lease` still stands, with its row locked: until the transaction ends nobody can take over, so what is written in
   * it is written by the holder.
   */
  async check(trx: Kysely<Schema>, lease: TargetLease): Promise<LeaseStanding> {
    const row = await this.#select(trx, lease)
      .select(this.#database.clock.as('now'))
      .$if(this.#database.dialect === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst()
    return leaseStanding(lease, row)
  }

  /** Who holds a lease now; `undefined` if nobody does. */
  async holder(key: LeaseKey): Promise<TargetLease | undefined> {
    const row = await this.#select(this.#database.db, key)
      .where('expires_at', '>', this.#database.clock)
      .executeTakeFirst()
    return row === undefined || row.owner === null ? undefined : toLease(row, row.owner)
  }

  #select(executor: Kysely<Schema>, key: LeaseKey) {
    return executor
      .selectFrom('target_leases')
      .selectAll()
      .where('repo_id', '=', key.repoId)
      .where('target', '=', key.target)
  }
}

function toLease(row: Selectable<TargetLeasesTable>, owner: string): TargetLease {
  return { repoId: row.repo_id, target: row.target, owner, epoch: row.epoch, expiresAt: row.expires_at }
}
