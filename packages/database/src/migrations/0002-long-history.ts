import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Dialect } from '../database.ts'
import type { Schema } from '../schema.ts'
import type { Migration } from './migration.ts'

/** Keeps what is open apart from what is long settled, and the path of a LangGraph task in a column of its own. */
export const longHistory: Migration = {
  version: 2,
  name: 'long-history',
  async up(db, dialect) {
    await indexOpenPatches(db)
    await splitTaskPath(db, dialect)
    await db.schema.createIndex('runs_finished').on('runs').columns(['finished_at']).execute()
  },
}

/** The path used to stand behind the type, after a space. */
async function splitTaskPath(db: Kysely<Schema>, dialect: Dialect): Promise<void> {
  await db.schema
    .alterTable('checkpoint_writes')
    .addColumn('task_path', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
  const space = dialect === 'sqlite' ? sql<number>`instr(type, ' ')` : sql<number>`strpos(type, ' ')`
  await db
    .updateTable('checkpoint_writes')
    .set({ task_path: sql<string>`substr(type, ${space} + 1)`, type: sql<string>`substr(type, 1, ${space} - 1)` })
    .where(space, '>', 0)
    .execute()
}

/** The line of a target, what is in hand and what is parked: as small as the line is, however long the history. */
async function indexOpenPatches(db: Kysely<Schema>): Promise<void> {
  await db.schema.dropIndex('patch_proposals_line').execute()
  await db.schema
    .createIndex('patch_proposals_open')
    .on('patch_proposals')
    .columns(['repo_id', 'target', 'status', 'line', 'rank', 'seq'])
    .where(sql<boolean>`settled_at is null`)
    .execute()
  await db.schema.dropIndex('patch_proposals_settled').execute()
  await db.schema
    .createIndex('patch_proposals_settled')
    .on('patch_proposals')
    .columns(['settled_at', 'seq'])
    .where(sql<boolean>`settled_at is not null`)
    .execute()
  // By repository first: a store holds many.
  await db.schema.dropIndex('patch_proposals_status').execute()
  await db.schema
    .createIndex('patch_proposals_status')
    .on('patch_proposals')
    .columns(['repo_id', 'target', 'status', 'seq'])
    .execute()
}
