import { postgresHarness, startPooler, startPostgres } from '@patchlane/database/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { SqlPatchQueue } from '../src/sql/index.ts'
import { queueContract } from '../src/testing/index.ts'

const server = await startPostgres()
const pooler = server === undefined ? undefined : await startPooler(server)
const stores = postgresHarness(pooler?.url ?? '', server?.url)
afterAll(async () => {
  await stores.dispose()
  await pooler?.stop()
  await server?.stop()
})

describe.skipIf(pooler === undefined)('SqlPatchQueue on Postgres through a pooler in transaction mode', () => {
  queueContract(
    { it, expect },
    {
      open: async (namespace, clock) => new SqlPatchQueue(await stores.open(namespace, clock), { pollMs: 200 }),
      survivesRestart: true,
    },
  )
})
