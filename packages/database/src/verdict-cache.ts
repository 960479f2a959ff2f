import { type CheckReport, checkReportSchema } from '@patchlane/kernel'
import type { Database } from './database.ts'

/**
 * What a check said about inputs with a digest. Only `passed` and `failed` are kept: a broken or skipped check says nothing about
 * its inputs, and a fix must be made again. The digest must cover all that the check depends on; that is its caller's duty.
 */
export class VerdictCache {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The report, marked as cached. */
  async get(digest: string): Promise<CheckReport | undefined> {
    const { db } = this.#database
    const row = await db.selectFrom('verdicts').selectAll().where('digest', '=', digest).executeTakeFirst()
    if (row === undefined) return undefined
    // A report of an older program that does not parse any more is a miss.
    const report = checkReportSchema.safeParse(JSON.parse(row.report))
    if (!report.success) return undefined
    const now = await this.#database.now()
    // By the hour is enough to know what is in use, and spares most reads a write.
    if (now - row.used_at > 3_600_000)
      await db.updateTable('verdicts').set({ used_at: now }).where('digest', '=', digest).execute()
    return { ...report.data, cached: true }
  }

  /** @returns whether it was kept. The first report for a digest stays. */
  async put(digest: string, report: CheckReport): Promise<boolean> {
    if (report.outcome !== 'passed' && report.outcome !== 'failed') return false
    return this.#database.transaction(async (trx) => {
      const now = await this.#database.now(trx)
      const result = await trx
        .insertInto('verdicts')
        .values({
          digest,
          check_name: report.check.replaceAll('\0', '\uFFFD'),
          outcome: report.outcome,
          report: JSON.stringify(report),
          created_at: now,
          used_at: now,
        })
        .onConflict((conflict) => conflict.column('digest').doNothing())
        .executeTakeFirst()
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
    })
  }

  /** Forgets reports not used since a time. @returns how many. */
  async prune(unusedSince: number): Promise<number> {
    const result = await this.#database.db.deleteFrom('verdicts').where('used_at', '<', unusedSince).executeTakeFirst()
    return Number(result.numDeletedRows)
  }
}
