import type { Database } from '@patchlane/database'
import { isSettled, type TargetLease } from '@patchlane/kernel'
import { sql } from 'kysely'
import { stepData } from '../apply-move.ts'
import { patchStream } from '../patch-queue.ts'
import type { Step } from '../patch-store.ts'
import { type ProposalRow, readable } from './patch-rows.ts'

/**
 * Makes a step and writes its event, in one statement.
 *
 * @returns undefined, and does nothing, when the lease does not stand, the patch is not where the step begins, or somebody asked to take it
 * out; what has landed can no longer be taken out.
 */
export async function advanceStatement(
  { db, clock, table }: Database,
  lease: TargetLease,
  patchId: string,
  { from, to, verdict }: Step,
): Promise<ProposalRow | undefined> {
  const data = stepData({ from, to, epoch: lease.epoch, ...(verdict === undefined ? {} : { verdict }) })
  const { rows } = await sql<ProposalRow>`
    with lease as (
      select ${clock} as at from ${table('target_leases')}
      where repo_id = ${lease.repoId} and target = ${lease.target}
        and epoch = ${lease.epoch} and owner = ${lease.owner} and expires_at > ${clock}
      for key share
    ), moved as (
      update ${table('patch_proposals')} as patch
      set status = ${to}, epoch = ${lease.epoch}, updated_at = (select at from lease), parked_for = null
        ${verdict === undefined ? sql`` : sql`, verdict = ${JSON.stringify(verdict)}, reason = ${readable(`${verdict.code}: ${verdict.message}`)}`}
        ${verdict?.landedCommit === undefined ? sql`` : sql`, landed_commit = ${verdict.landedCommit}`}
        ${isSettled(to) ? sql`, settled_at = (select at from lease), cancel = null, cancel_reason = null` : sql``}
        ${to === 'landed' ? sql`, applied_at = (select at from lease)` : sql``}
      where patch_id = ${patchId} and repo_id = ${lease.repoId} and target = ${lease.target} and status = ${from}
        and exists (select from lease)
        ${isSettled(to) ? sql`` : sql`and cancel is null`}
      returning patch.*
    ), numbers as (
      insert into ${table('event_streams')} as known (stream, last_seq)
      select ${patchStream(lease)}, 1 from moved
      on conflict (stream) do update set last_seq = known.last_seq + 1
      returning stream, last_seq
    ), events as (
      insert into ${table('events')} (stream, seq, type, subject, data, at)
      select
        stream, last_seq, ${`patch.${to}`}, patch_id,
        '{"seq":' || seq || ',"runId":' || coalesce(to_json(run_id)::text, 'null') || ',' || substr(${JSON.stringify(data)}::text, 2), updated_at
      from moved, numbers
    )
    select * from moved
  `.execute(db)
  return rows[0]
}
