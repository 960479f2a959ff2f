import { type Database, leaseStanding, type Schema } from '@patchlane/database'
import type { TargetLease } from '@patchlane/kernel'
import type { Kysely } from 'kysely'
import type { TargetRef } from '../patch-queue.ts'
import type { LineView } from '../patch-store.ts'
import { loadRecords } from './load-records.ts'
import type { PatchCache } from './patch-cache.ts'
import { inHandStatuses, lit, modeOf, type ProposalRow } from './patch-rows.ts'

/** The line of a target as a gateway sees it: one statement, so all of one moment, and one more for files that it has not seen yet. */
export async function readLine(
  database: Database,
  cache: PatchCache,
  lease: TargetLease,
  limit: number,
): Promise<LineView> {
  const { db, clock } = database
  const rows = await db
    .selectFrom('target_leases')
    .leftJoin('patch_targets', (join) =>
      join
        .onRef('patch_targets.repo_id', '=', 'target_leases.repo_id')
        .onRef('patch_targets.target', '=', 'target_leases.target'),
    )
    .leftJoin(readyPatches(db, lease, limit).as('ready'), (join) => join.onTrue())
    .selectAll('ready')
    .select([
      'target_leases.owner as lease_owner',
      'target_leases.epoch as lease_epoch',
      'target_leases.expires_at as lease_expires_at',
      'patch_targets.mode as target_mode',
      clock.as('now'),
      inHandLine(db, lease).as('in_hand_line'),
    ])
    .where('target_leases.repo_id', '=', lease.repoId)
    .where('target_leases.target', '=', lease.target)
    .orderBy('ready.line')
    .orderBy('ready.rank')
    .orderBy('ready.seq')
    .execute()
  const [first] = rows
  const found =
    first === undefined
      ? undefined
      : { owner: first.lease_owner, epoch: first.lease_epoch, expires_at: first.lease_expires_at, now: first.now }
  const ready = rows.filter(hasPatch)
  const records = await loadRecords(db, ready, cache)
  for (const [index, row] of ready.entries()) {
    const record = records[index]
    if (record !== undefined) cache.set(row, record.patch)
  }
  return {
    standing: leaseStanding(lease, found),
    mode: modeOf(first?.target_mode),
    barrierInHand: first?.in_hand_line === 0,
    ready: records,
  }
}

/** An outer join gives all columns of its right side, or none. */
function hasPatch<Row extends { patch_id: string | null }>(row: Row): row is Row & ProposalRow {
  return row.patch_id !== null
}

/** `queued` patches whose dependencies have all landed, in the order of the line. */
function readyPatches(db: Kysely<Schema>, { repoId, target }: TargetRef, limit: number) {
  return db
    .selectFrom('patch_proposals')
    .selectAll()
    .where('repo_id', '=', repoId)
    .where('target', '=', target)
    .where('status', '=', lit('queued'))
    .where('settled_at', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('patch_dependencies')
            .innerJoin('patch_proposals as needed', 'needed.patch_id', 'patch_dependencies.depends_on')
            .select('needed.patch_id')
            .whereRef('patch_dependencies.patch_id', '=', 'patch_proposals.patch_id')
            .where('needed.status', '<>', lit('landed')),
        ),
      ),
    )
    .orderBy('line')
    .orderBy('rank')
    .orderBy('seq')
    .limit(limit)
}

function inHandLine(db: Kysely<Schema>, { repoId, target }: TargetRef) {
  return db
    .selectFrom('patch_proposals')
    .select(({ fn }) => fn.min<number | null>('line').as('line'))
    .where('repo_id', '=', repoId)
    .where('target', '=', target)
    .where('status', 'in', inHandStatuses)
    .where('settled_at', 'is', null)
}
