import { postgresHarness, type SqlTestStores, sqliteHarness, startPostgres } from '@patchlane/database/testing'
import { ManualClock } from '@patchlane/kernel/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { SqlApprovalStore } from '../src/sql/index.ts'
import { approvalStoreContract } from '../src/testing/index.ts'

function suite(stores: SqlTestStores): void {
  const clock = new ManualClock()
  approvalStoreContract(
    { it, expect },
    {
      open: async () => new SqlApprovalStore(await stores.open('shared', clock)),
      sharesState: true,
      advance: async (milliseconds) => clock.advance(milliseconds),
    },
  )
}

describe('SqlApprovalStore on SQLite', () => {
  const stores = sqliteHarness()
  afterAll(() => stores.dispose())
  suite(stores)
})

const server = await startPostgres()
describe.skipIf(server === undefined)('SqlApprovalStore on Postgres', () => {
  const stores = postgresHarness(server?.url ?? '')
  afterAll(async () => {
    await stores.dispose()
    await server?.stop()
  })
  suite(stores)
})
