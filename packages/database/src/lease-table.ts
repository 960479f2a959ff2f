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
    if (trx === undefined) return this.#database.transaction((own) => this.acquire(key, owner, ttlMs, own))
    await this.#lock(trx, key)
    const { clock } = this.#database
    const fresh = { owner, acquired_at: clock, expires_at: sql<number>`${clock} + ${ttlMs}` }
    // A row that somebody writes is waited for; whoever comes second then finds it taken.
    const row = await trx
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
  async renew(lease: TargetLease, ttlMs: number, trx?: Kysely<Schema>): Promise<TargetLease | undefined> {
    const row = await (trx ?? this.#database.db)
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

  /**
   * Renews many leases at once, and says of each what became of it. `busy`: somebody is just taking it over; look again. On Postgres it does
   * not wait for the disk: a renewal that a crash of the server undoes only lets the lease run out earlier.
   */
  async renewAll(leases: readonly { lease: TargetLease; ttlMs: number }[]): Promise<('renewed' | 'lost' | 'busy')[]> {
    if (this.#database.dialect === 'sqlite')
      return this.#database.transaction(async (trx) => {
        const outcomes: ('renewed' | 'lost')[] = []
        for (const { lease, ttlMs } of leases)
          outcomes.push((await this.renew(lease, ttlMs, trx)) === undefined ? 'lost' : 'renewed')
        return outcomes
      })
    const renewed = await this.#renewOnPostgres(leases)
    const outcomes: ('renewed' | 'lost' | 'busy')[] = []
    for (const { lease } of leases)
      if (renewed.has(keyOf(lease))) outcomes.push('renewed')
      else outcomes.push((await this.#isLost(lease)) ? 'lost' : 'busy')
    return outcomes
  }

  async #renewOnPostgres(leases: readonly { lease: TargetLease; ttlMs: number }[]): Promise<Set<string>> {
    const { db, clock, table } = this.#database
    const wanted = leases.map(({ lease: { repoId, target, owner, epoch }, ttlMs }) => ({
      repoId,
      target,
      owner,
      epoch,
      ttlMs,
    }))
    const { rows } = await sql<{ repoId: string; target: string }>`
      with quick as materialized (
        select set_config('synchronous_commit', 'off', true)
      ), held as (
        select repo_id, target, wanted."ttlMs"
        from ${table('target_leases')} as lease
        join json_to_recordset(${JSON.stringify(wanted)}::json) as wanted (
          "repoId" text, target text, owner text, epoch integer, "ttlMs" double precision
        ) using (target, owner, epoch)
        where repo_id = wanted."repoId" and exists (select from quick)
        for no key update of lease skip locked
      )
      update ${table('target_leases')} as lease set expires_at = ${clock} + held."ttlMs"
      from held where lease.repo_id = held.repo_id and lease.target = held.target
      returning lease.repo_id as "repoId", lease.target
    `.execute(db)
    return new Set(rows.map(keyOf))
  }

  async #isLost(lease: TargetLease): Promise<boolean> {
    const row = await this.#select(this.#database.db, lease).executeTakeFirst()
    return row === undefined || row.epoch !== lease.epoch || row.owner !== lease.owner
  }

  /** Gives a lease back; false if it was lost already, which is no error. */
  async release(lease: TargetLease, trx?: Kysely<Schema>): Promise<boolean> {
    if (trx === undefined) return this.#database.transaction((own) => this.release(lease, own))
    await this.#lock(trx, lease)
    const result = await trx
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
   * it is written by the holder. The lock lets renewals pass, so that a slow transaction does not cost its holder the lease.
   */
  async check(trx: Kysely<Schema>, lease: TargetLease): Promise<LeaseStanding> {
    const row = await this.#select(trx, lease)
      .select(this.#database.clock.as('now'))
      .$if(this.#database.dialect === 'postgres', (query) => query.forKeyShare())
      .executeTakeFirst()
    return leaseStanding(lease, row)
  }

  /** Who holds a lease now, and for how long unless it is renewed; `undefined` if nobody does. */
  async holder(key: LeaseKey): Promise<(TargetLease & { endsInMs: number }) | undefined> {
    const row = await this.#select(this.#database.db, key)
      .select(this.#database.clock.as('now'))
      .where('expires_at', '>', this.#database.clock)
      .executeTakeFirst()
    if (row === undefined || row.owner === null) return undefined
    return { ...toLease(row, row.owner), endsInMs: row.expires_at - row.now }
  }

  /** Waits until nobody writes under the lease any more, and lets nobody begin. */
  async #lock(trx: Kysely<Schema>, key: LeaseKey): Promise<void> {
    if (this.#database.dialect === 'postgres') await this.#select(trx, key).forUpdate().executeTakeFirst()
  }

  #select(executor: Kysely<Schema>, key: LeaseKey) {
    return executor
      .selectFrom('target_leases')
      .selectAll()
      .where('repo_id', '=', key.repoId)
      .where('target', '=', key.target)
  }
}

function keyOf({ repoId, target }: LeaseKey): string {
  return JSON.stringify([repoId, target])
}

function toLease(row: Selectable<TargetLeasesTable>, owner: string): TargetLease {
  return { repoId: row.repo_id, target: row.target, owner, epoch: row.epoch, expiresAt: row.expires_at }
}
