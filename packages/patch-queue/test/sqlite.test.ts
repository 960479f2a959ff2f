import { sqliteHarness } from '@patchlane/database/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { SqlPatchQueue } from '../src/sql/index.ts'
import { queueContract } from '../src/testing/index.ts'

const stores = sqliteHarness()
afterAll(() => stores.dispose())

describe('SqlPatchQueue on SQLite', () => {
  queueContract(
    { it, expect },
    {
      open: async (namespace, clock) => new SqlPatchQueue(await stores.open(namespace, clock), { pollMs: 200 }),
      survivesRestart: true,
    },
  )
})
