import { postgresHarness, sqliteHarness, startPostgres } from '@patchlane/database/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { MemoryWorkspaceStore, type WorkspaceStore } from '../src/index.ts'
import { SqlWorkspaceStore } from '../src/sql/index.ts'
import { workspaceStoreContract } from '../src/testing/index.ts'

describe('MemoryWorkspaceStore', () => {
  const stores = new Map<string, WorkspaceStore>()
  workspaceStoreContract(
    { it, expect },
    {
      open: async (namespace, clock) => {
        const store = stores.get(namespace) ?? new MemoryWorkspaceStore({ clock })
        stores.set(namespace, store)
        return store
      },
    },
  )
})

const sqlite = sqliteHarness()
const server = await startPostgres()
const postgres = server === undefined ? undefined : postgresHarness(server.url)
afterAll(async () => {
  await Promise.all([sqlite.dispose(), postgres?.dispose()])
  await server?.stop()
})

describe('SqlWorkspaceStore on SQLite', () => {
  workspaceStoreContract(
    { it, expect },
    { open: async (namespace, clock) => new SqlWorkspaceStore({ database: await sqlite.open(namespace, clock) }) },
  )
})

describe.skipIf(postgres === undefined)('SqlWorkspaceStore on Postgres', () => {
  workspaceStoreContract(
    { it, expect },
    {
      open: async (namespace, clock) => {
        if (postgres === undefined) throw new Error('no Postgres')
        return new SqlWorkspaceStore({ database: await postgres.open(namespace, clock) })
      },
    },
  )
})
