import { randomUUID } from 'node:crypto'
import type { Database, Schema } from '@patchlane/database'
import type { PatchId } from '@patchlane/kernel'
import { type Kysely, sql } from 'kysely'
import type { Approval, ApprovalAnswer, ApprovalDraft } from '../approval.ts'
import type { ApprovalFilter, ApprovalStore } from '../approval-store.ts'
import { assertAnswerable } from '../check-answer.ts'
import { ApprovalNotFoundError, ApprovalSettledError } from '../errors.ts'
import { type ApprovalRequest, type ApprovalRow, columnText, toApproval } from './approval-rows.ts'

/** Approvals on SQLite or Postgres. The database is borrowed: `close` leaves it open. */
export class SqlApprovalStore implements ApprovalStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async open(draft: ApprovalDraft): Promise<Approval> {
    for (;;) {
      const opened = await this.#database.transaction((trx) => this.#tryOpen(trx, draft))
      // Undefined: another opened one between our look and our insert; the next look sees it.
      if (opened !== undefined) return opened
    }
  }

  async #tryOpen(trx: Kysely<Schema>, draft: ApprovalDraft): Promise<Approval | undefined> {
    const now = await this.#database.now(trx)
    const rows = await this.#locked(trx).where('patch_id', '=', draft.patchId).orderBy('requested_at', 'desc').execute()
    const open = rows.find((row) => row.status === 'pending')
    if (open !== undefined) {
      if (open.expires_at > now && open.content_key === draft.contentKey) return toApproval(open, now)
      await this.#update(trx, open.approval_id, { status: open.expires_at > now ? 'replaced' : 'expired' })
    }
    // Later than every other question about the patch, so that "the latest" is never a matter of luck.
    const requestedAt = Math.max(now, (rows[0]?.requested_at ?? 0) + 1)
    const request: ApprovalRequest = { title: draft.title, author: draft.author, reasons: draft.reasons }
    const row = await trx
      .insertInto('approvals')
      .values({
        approval_id: randomUUID(),
        repo_id: draft.repoId,
        target: draft.target,
        patch_id: draft.patchId,
        author: columnText(draft.author),
        content_key: draft.contentKey,
        status: 'pending',
        risk: JSON.stringify(draft.risk),
        request: JSON.stringify(request),
        policy_version: draft.policyVersion,
        requested_at: requestedAt,
        expires_at: requestedAt + draft.ttlMs,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
    return row === undefined ? undefined : toApproval(row, now)
  }

  async find(patchId: PatchId, contentKey: string): Promise<Approval | undefined> {
    const row = await this.#database.db
      .selectFrom('approvals')
      .selectAll()
      .where('patch_id', '=', patchId)
      .where('content_key', '=', contentKey)
      .orderBy('requested_at', 'desc')
      .limit(1)
      .executeTakeFirst()
    return this.#read(row)
  }

  async get(approvalId: string): Promise<Approval | undefined> {
    const query = this.#database.db.selectFrom('approvals').selectAll().where('approval_id', '=', approvalId)
    return this.#read(await query.executeTakeFirst())
  }

  async #read(row: ApprovalRow | undefined): Promise<Approval | undefined> {
    return row === undefined ? undefined : toApproval(row, await this.#database.now())
  }

  async answer(approvalId: string, answer: ApprovalAnswer): Promise<Approval> {
    return this.#database.transaction(async (trx) => {
      const { approval, now } = await this.#lock(trx, approvalId)
      assertAnswerable(approval, answer)
      const row = await this.#update(trx, approvalId, {
        status: answer.decision,
        answered_by: columnText(answer.by),
        answered_at: now,
        channel: columnText(answer.channel),
        note: answer.note === undefined ? null : columnText(answer.note),
      })
      return toApproval(row, now)
    })
  }

  async use(approvalId: string): Promise<void> {
    await this.#database.transaction(async (trx) => {
      const { approval, now } = await this.#lock(trx, approvalId)
      if (approval.status === 'used') return
      if (approval.status !== 'approved') throw new ApprovalSettledError(approvalId, approval.status)
      await this.#update(trx, approvalId, { status: 'used', used_at: now })
    })
  }

  async list(filter: ApprovalFilter): Promise<Approval[]> {
    const now = await this.#database.now()
    let query = this.#database.db.selectFrom('approvals').selectAll().where('repo_id', '=', filter.repoId)
    if (filter.target !== undefined) query = query.where('target', '=', filter.target)
    if (filter.status !== undefined) {
      const wanted = filter.status
      const current = sql<string>`case when status = 'pending' and expires_at <= ${now} then 'expired' else status end`
      query = query.where(current, 'in', [...wanted])
    }
    const rows = await query
      .orderBy('requested_at', 'desc')
      .orderBy('approval_id')
      .limit(filter.limit ?? 100)
      .execute()
    return rows.map((row) => toApproval(row, now))
  }

  /** The database is its owner's to close. */
  async close(): Promise<void> {}

  async #lock(trx: Kysely<Schema>, approvalId: string): Promise<{ approval: Approval; now: number }> {
    const row = await this.#locked(trx).where('approval_id', '=', approvalId).executeTakeFirst()
    if (row === undefined) throw new ApprovalNotFoundError(approvalId)
    const now = await this.#database.now(trx)
    return { approval: toApproval(row, now), now }
  }

  #locked(trx: Kysely<Schema>) {
    return trx
      .selectFrom('approvals')
      .selectAll()
      .$if(this.#database.dialect === 'postgres', (query) => query.forUpdate())
  }

  #update(trx: Kysely<Schema>, approvalId: string, changes: Partial<ApprovalRow>): Promise<ApprovalRow> {
    return trx
      .updateTable('approvals')
      .set(changes)
      .where('approval_id', '=', approvalId)
      .returningAll()
      .executeTakeFirstOrThrow()
  }
}
