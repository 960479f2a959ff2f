import { postgresHarness, startPostgres } from '@patchlane/database/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { SqlPatchQueue } from '../src/sql/index.ts'
import { queueContract } from '../src/testing/index.ts'

const server = await startPostgres()
const stores = postgresHarness(server?.url ?? '')
afterAll(async () => {
  await stores.dispose()
  await server?.stop()
})

describe.skipIf(server === undefined)('SqlPatchQueue on Postgres', () => {
  queueContract(
    { it, expect },
    {
      open: async (namespace, clock) => new SqlPatchQueue(await stores.open(namespace, clock), { pollMs: 200 }),
      survivesRestart: true,
    },
  )
})
