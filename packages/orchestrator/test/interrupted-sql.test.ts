import { setTimeout as delay } from 'node:timers/promises'
import { type SqlTestStores, sqliteHarness } from '@patchlane/database/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SqlCheckpointSaver, SqlRunStore } from '../src/sql/index.ts'
import type { Script } from '../src/testing/index.ts'
import { planOf, scripted, world } from './support/world.ts'

let stores: SqlTestStores
beforeAll(() => {
  stores = sqliteHarness()
})
afterAll(() => stores.dispose())

it('uses its database no more once an interrupted run has ended', async () => {
  const database = await stores.open('interrupted')
  const slow: Script = async ({ write, subtask, signal }) => {
    if (subtask.id !== 'a0') await delay(60_000, undefined, { signal })
    write(subtask.id, '')
  }
  const names = ['a0', 'a1', 'a2', 'a3']
  const { orchestrator } = world({
    saver: new SqlCheckpointSaver({ database }),
    runs: new SqlRunStore({ database, repoId: 'repo' }),
    scripts: Object.fromEntries(names.map((name) => [name, slow])),
  })
  const stop = new AbortController()
  const handle = orchestrator.start({ plan: planOf(...names.map((name) => scripted(name))), signal: stop.signal })
  for await (const event of handle.events) if (event.type === 'subtask.finished') stop.abort()
  await expect(handle.result).rejects.toMatchObject({ code: 'ORCHESTRATOR_RUN_INTERRUPTED' })
  // A late write would now be refused, and end this test by an unhandled rejection.
  await database.close()
  await delay(200)

  const again = await stores.open('interrupted')
  expect(await new SqlRunStore({ database: again, repoId: 'repo' }).list()).toMatchObject([{ status: 'interrupted' }])
})
