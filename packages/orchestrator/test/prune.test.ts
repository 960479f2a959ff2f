import { sqliteHarness } from '@patchlane/database/testing'
import { runIdSchema } from '@patchlane/kernel'
import { afterAll, expect, it } from 'vitest'
import type { RunStatus } from '../src/index.ts'
import { SqlCheckpointSaver, SqlRunStore } from '../src/sql/index.ts'

const stores = sqliteHarness()
afterAll(() => stores.dispose())

it('forgets the checkpoints of runs that finished long ago, and of no others', async () => {
  const database = await stores.open('prune')
  const [here, there] = ['here', 'there'].map((repoId) => new SqlRunStore({ database, repoId }))
  const add = async (store: SqlRunStore | undefined, id: string, status: RunStatus, endedAt: number) => {
    const runId = runIdSchema.parse(id)
    const record = { runId, target: 'main', title: id, status, subtasks: 1, startedAt: 0, endedAt }
    await store?.create(record, { runId, holder: 'me', ttlMs: 1000 })
    const row = { thread_id: id, checkpoint_ns: '', checkpoint_id: '1' }
    const content = { type: 'json', checkpoint: Buffer.from('{}'), metadata_type: 'json', metadata: Buffer.from('{}') }
    await database.db
      .insertInto('checkpoints')
      .values({ ...row, ...content })
      .execute()
    await database.db
      .insertInto('checkpoint_writes')
      .values({ ...row, task_id: 't', idx: 0, channel: 'c' })
      .execute()
  }
  await add(here, 'old', 'finished', 10)
  await add(here, 'new', 'finished', 1000)
  await add(here, 'interrupted', 'interrupted', 10)
  await add(there, 'elsewhere', 'finished', 10)
  await new SqlCheckpointSaver({ database }).prune({ repoId: 'here', finishedBefore: 1000 })
  for (const table of ['checkpoints', 'checkpoint_writes'] as const) {
    const rows = await database.db.selectFrom(table).select('thread_id').orderBy('thread_id').execute()
    expect(rows.map((row) => row.thread_id)).toEqual(['elsewhere', 'interrupted', 'new'])
  }
})
