import { afterAll, describe, expect, it } from 'vitest'
import { databaseContract, postgresHarness, startPooler, startPostgres } from '../src/testing/index.ts'

const server = await startPostgres()
const pooler = server === undefined ? undefined : await startPooler(server)
const stores = postgresHarness(pooler?.url ?? '', server?.url)
afterAll(async () => {
  await stores.dispose()
  await pooler?.stop()
  await server?.stop()
})

describe.skipIf(pooler === undefined)('Postgres through a pooler in transaction mode', () => {
  databaseContract({ it, expect }, stores)
})
