import { postgresHarness, type SqlTestStores, sqliteHarness, startPostgres } from '@patchlane/database/testing'
import { ManualClock } from '@patchlane/kernel/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { SqlIndexVersionStore } from '../src/sql/index.ts'
import { indexVersionStoreContract } from '../src/testing/index.ts'

function suite(stores: SqlTestStores): void {
  const clock = new ManualClock()
  indexVersionStoreContract(
    { it, expect },
    {
      open: async () => new SqlIndexVersionStore(await stores.open('shared', clock)),
      sharesState: true,
      advance: async (milliseconds) => clock.advance(milliseconds),
    },
  )
}

describe('SqlIndexVersionStore on SQLite', () => {
  const stores = sqliteHarness()
  afterAll(() => stores.dispose())
  suite(stores)
})

const server = await startPostgres()
describe.skipIf(server === undefined)('SqlIndexVersionStore on Postgres', () => {
  const stores = postgresHarness(server?.url ?? '')
  afterAll(async () => {
    await stores.dispose()
    await server?.stop()
  })
  suite(stores)
})
