import { specTest } from '@langchain/langgraph-checkpoint-validation'
import type { Database } from '@patchlane/database'
import { postgresHarness, type SqlTestStores, sqliteHarness, startPostgres } from '@patchlane/database/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { SqlCheckpointSaver, SqlRunStore } from '../src/sql/index.ts'
import { runStoreContract, saverContract } from '../src/testing/index.ts'

const server = await startPostgres()
afterAll(async () => server?.stop())

function suites(engine: string, stores: SqlTestStores): void {
  afterAll(() => stores.dispose())

  describe('the checkpoint saver', () => {
    saverContract(
      { it, expect },
      { open: async (namespace) => new SqlCheckpointSaver({ database: await stores.open(namespace) }) },
    )
  })

  describe('the run store', () => {
    const opened = new Map<string, Promise<Database>>()
    runStoreContract(
      { it, expect },
      {
        open: async (namespace) => {
          // Two handles on one store where the namespace is asked for twice; another repository in the same store otherwise.
          const database = opened.has(namespace) ? await stores.open(namespace) : await first(namespace)
          return new SqlRunStore({ database, repoId: namespace })
        },
      },
    )
    const first = (namespace: string) => {
      const database = stores.open(namespace)
      opened.set(namespace, database)
      return database
    }
  })

  let database: Database | undefined
  specTest({
    checkpointerName: `SqlCheckpointSaver on ${engine}`,
    async createCheckpointer() {
      database ??= await stores.open('conformance')
      return new SqlCheckpointSaver({ database })
    },
    async destroyCheckpointer() {
      await database?.db.deleteFrom('checkpoint_writes').execute()
      await database?.db.deleteFrom('checkpoints').execute()
    },
  })
}

describe('on SQLite', () => suites('SQLite', sqliteHarness()))
describe.skipIf(server === undefined)('on Postgres', () => suites('Postgres', postgresHarness(server?.url ?? '')))
