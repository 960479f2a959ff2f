import type { Database, ParameterOf } from '@patchlane/database'
import { isSettled, type PatchStatus, type TargetLease } from '@patchlane/kernel'
import { sql } from 'kysely'
import { stepData } from '../apply-move.ts'
import { patchStream } from '../patch-queue.ts'
import type { Step } from '../patch-store.ts'
import { lit, type ProposalRow, readable } from './patch-rows.ts'

interface AdvanceValues {
  repoId: string
  target: string
  stream: string
  epoch: number
  owner: string
  patchId: string
  from: PatchStatus
  data: string
  verdict: string | null
  reason: string | null
  landedCommit: string | null
}

/**
 * Makes a step and writes its event, in one statement.
 *
 * @returns undefined, and does nothing, when the lease does not stand, the patch is not where the step begins, or somebody asked to take it
 * out; what has landed can no longer be taken out.
 */
export function advanceStatement(
  database: Database,
): (lease: TargetLease, patchId: string, step: Step) => Promise<ProposalRow | undefined> {
  const statements = new Map<string, (values: AdvanceValues) => Promise<ProposalRow[]>>()
  return async (lease, patchId, { from, to, verdict }) => {
    const shape = { to, withVerdict: verdict !== undefined }
    const key = JSON.stringify(shape)
    const run = statements.get(key) ?? database.statement((value) => advance(database, shape, value))
    statements.set(key, run)
    const [row] = await run({
      repoId: lease.repoId,
      target: lease.target,
      stream: patchStream(lease),
      epoch: lease.epoch,
      owner: lease.owner,
      patchId,
      from,
      data: JSON.stringify(stepData({ from, to, epoch: lease.epoch, ...(verdict === undefined ? {} : { verdict }) })),
      verdict: verdict === undefined ? null : JSON.stringify(verdict),
      reason: verdict === undefined ? null : readable(`${verdict.code}: ${verdict.message}`),
      landedCommit: verdict?.landedCommit ?? null,
    })
    return row
  }
}

function advance(
  { clock, table }: Database,
  { to, withVerdict }: { to: PatchStatus; withVerdict: boolean },
  value: ParameterOf<AdvanceValues>,
) {
  return sql<ProposalRow>`
    with lease as (
      select ${clock} as at from ${table('target_leases')}
      where repo_id = ${value('repoId')} and target = ${value('target')}
        and epoch = ${value('epoch')} and owner = ${value('owner')} and expires_at > ${clock}
      for key share
    ), moved as (
      update ${table('patch_proposals')} as patch
      set status = ${lit(to)}, epoch = ${value('epoch')}, updated_at = (select at from lease), parked_for = null
        ${withVerdict ? sql`, verdict = ${value('verdict')}, reason = ${value('reason')}` : sql``}
        ${withVerdict ? sql`, landed_commit = coalesce(${value('landedCommit')}, landed_commit)` : sql``}
        ${isSettled(to) ? sql`, settled_at = (select at from lease), cancel = null, cancel_reason = null` : sql``}
        ${to === 'landed' ? sql`, applied_at = (select at from lease)` : sql``}
      where patch_id = ${value('patchId')} and repo_id = ${value('repoId')} and target = ${value('target')} and status = ${value('from')}
        and exists (select from lease)
        ${isSettled(to) ? sql`` : sql`and cancel is null`}
      returning patch.*
    ), numbers as (
      insert into ${table('event_streams')} as known (stream, last_seq)
      select ${value('stream')}, 1 from moved
      on conflict (stream) do update set last_seq = known.last_seq + 1
      returning stream, last_seq
    ), events as (
      insert into ${table('events')} (stream, seq, type, subject, data, at)
      select
        stream, last_seq, ${sql.lit(`patch.${to}`)}, patch_id,
        '{"seq":' || seq || ',"runId":' || coalesce(to_json(run_id)::text, 'null') || ',' || substr(${value('data')}::text, 2), updated_at
      from moved, numbers
    )
    select * from moved
  `
}
