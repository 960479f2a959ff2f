import { type Database, leaseStanding, type ParameterOf, type Schema } from '@patchlane/database'
import type { TargetLease } from '@patchlane/kernel'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { LineView } from '../patch-store.ts'
import { filesAsJson, parseFiles } from './files-as-json.ts'
import { loadRecords } from './load-records.ts'
import type { PatchCache } from './patch-cache.ts'
import { inHandStatuses, lit, modeOf, type ProposalRow } from './patch-rows.ts'

interface LineValues {
  repoId: string
  target: string
  limit: number
  /** JSON list of the ids of patches whose files need not be sent. */
  known: string
}

/**
 * Reads the line of a target as a gateway sees it, in one statement, so all of one moment. On Postgres the files of patches that it has not seen yet come with
 * it; on SQLite, which has no trips to save, they are one statement more.
 */
export function lineReader(
  database: Database,
  cache: PatchCache,
): (lease: TargetLease, limit: number) => Promise<LineView> {
  const read = database.statement((value: ParameterOf<LineValues>) => lineQuery(database, value))
  return async (lease, limit) => {
    const rows = await read({
      repoId: lease.repoId,
      target: lease.target,
      limit,
      known: JSON.stringify(database.dialect === 'postgres' ? cache.ids() : []),
    })
    const [first] = rows
    const found =
      first === undefined
        ? undefined
        : { owner: first.lease_owner, epoch: first.lease_epoch, expires_at: first.lease_expires_at, now: first.now }
    const ready = rows.filter(hasPatch)
    const files = ready.flatMap((row) => parseFiles(row.files))
    const records = await loadRecords(database.db, ready, { cache, files })
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
}

/** An outer join gives all columns of its right side, or none. */
function hasPatch<Row extends { patch_id: string | null }>(row: Row): row is Row & ProposalRow {
  return row.patch_id !== null
}

function lineQuery({ db, clock, dialect }: Database, value: ParameterOf<LineValues>) {
  return db
    .selectFrom('target_leases')
    .leftJoin('patch_targets', (join) =>
      join
        .onRef('patch_targets.repo_id', '=', 'target_leases.repo_id')
        .onRef('patch_targets.target', '=', 'target_leases.target'),
    )
    .leftJoin(readyPatches(db, value).as('ready'), (join) => join.onTrue())
    .selectAll('ready')
    .select([
      'target_leases.owner as lease_owner',
      'target_leases.epoch as lease_epoch',
      'target_leases.expires_at as lease_expires_at',
      'patch_targets.mode as target_mode',
      clock.as('now'),
      inHandLine(db, value).as('in_hand_line'),
      (dialect === 'postgres' ? filesOfReady(db, value('known')) : sql<null>`null`).as('files'),
    ])
    .where('target_leases.repo_id', '=', value('repoId'))
    .where('target_leases.target', '=', value('target'))
    .orderBy('ready.line')
    .orderBy('ready.rank')
    .orderBy('ready.seq')
}

/** `queued` patches whose dependencies have all landed, in the order of the line. */
function readyPatches(db: Kysely<Schema>, value: ParameterOf<LineValues>) {
  return db
    .selectFrom('patch_proposals')
    .selectAll()
    .where('repo_id', '=', value('repoId'))
    .where('target', '=', value('target'))
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
    .limit(value('limit'))
}

function inHandLine(db: Kysely<Schema>, value: ParameterOf<LineValues>) {
  return db
    .selectFrom('patch_proposals')
    .select(({ fn }) => fn.min<number | null>('line').as('line'))
    .where('repo_id', '=', value('repoId'))
    .where('target', '=', value('target'))
    .where('status', 'in', inHandStatuses)
    .where('settled_at', 'is', null)
}

function filesOfReady(db: Kysely<Schema>, known: RawBuilder<string>) {
  return db
    .selectFrom('patch_files')
    .select(filesAsJson.as('files'))
    .where(sql<boolean>`patch_files.patch_id = ready.patch_id and not (${known}::jsonb ? ready.patch_id)`)
}
