import { openPostgres } from '@patchlane/database/postgres'
import { postgresHarness, startPostgres } from '@patchlane/database/testing'
import { patchFixture } from '@patchlane/kernel/testing'
import { Pool } from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { StoredPatchQueue } from '../src/index.ts'
import { SqlPatchQueue, SqlPatchStore } from '../src/sql/index.ts'
import { queueContract } from '../src/testing/index.ts'

const server = await startPostgres()
const stores = postgresHarness(server?.url ?? '')
afterAll(async () => {
  await stores.dispose()
  await server?.stop()
})

/** As if each step were an unusual one. */
class LongWayStore extends SqlPatchStore {
  override readonly express = undefined
}

describe.skipIf(server === undefined)('StoredPatchQueue on Postgres, by the long way', () => {
  queueContract(
    { it, expect },
    {
      open: async (namespace, clock) =>
        new StoredPatchQueue(new LongWayStore(await stores.open(namespace, clock), { pollMs: 200 })),
      survivesRestart: true,
    },
  )
})

describe.skipIf(server === undefined)('SqlPatchQueue on Postgres', () => {
  queueContract(
    { it, expect },
    {
      open: async (namespace, clock) => new SqlPatchQueue(await stores.open(namespace, clock), { pollMs: 200 }),
      survivesRestart: true,
    },
  )

  it('lets one target wait without making another wait', async () => {
    const database = await openPostgres({ url: server?.url ?? '', schema: 'stuck', maxConnections: 3 })
    const other = await openPostgres({ url: server?.url ?? '', schema: 'stuck' })
    const queue = new SqlPatchQueue(database)
    const onto = (target: string) => patchFixture({ target: `refs/heads/${target}` })
    await queue.propose(onto('stuck'))
    let waiting: Promise<unknown> = Promise.resolve()
    await other.transaction(async (trx) => {
      await trx.updateTable('patch_targets').set({ mode: 'running' }).where('target', '=', 'refs/heads/stuck').execute()
      // More than there are connections: they wait in one lane.
      waiting = Promise.all(Array.from({ length: 10 }, () => queue.propose(onto('stuck'))))
      for (let n = 1; n <= 5; n++) expect((await queue.propose(onto('free'))).seq).toBe(n)
    })
    await waiting
    expect(await queue.list({ target: 'refs/heads/stuck' })).toHaveLength(11)
    await Promise.all([database.close(), other.close()])
  })

  it('makes each usual step one statement', async () => {
    const pool = new Pool({ connectionString: server?.url ?? '' })
    // The server may stop while its connections are still being closed.
    pool.on('connect', (client) => client.on('error', () => {}))
    pool.on('error', () => {})
    const statements: string[] = []
    const counting = {
      async connect() {
        const client = await pool.connect()
        return {
          query(query: { text: string; values: unknown[] }) {
            if (!query.text.includes('pg_notify')) statements.push(query.text)
            return client.query(query)
          },
          release: (destroy?: boolean) => client.release(destroy),
        }
      },
    }
    const database = await openPostgres({ pool: counting, schema: 'statements' })
    const queue = new SqlPatchQueue(database)
    const count = async (step: () => Promise<unknown>) => {
      statements.length = 0
      await step()
      return statements.length
    }
    const patch = patchFixture()
    const target = { repoId: patch.repoId, target: patch.target }
    expect(await count(() => queue.propose(patch))).toBe(1)
    const group = Array.from({ length: 9 }, () => patchFixture())
    // The first goes at once, the others together after it.
    expect(await count(() => Promise.all(group.map((one) => queue.propose(one))))).toBe(2)
    const lease = await queue.lease({ ...target, owner: 'gateway' })
    if (lease === undefined) throw new TypeError('not given')
    // The line, with the files that were not seen before.
    expect(await count(() => queue.claim(lease, 3))).toBe(1)
    expect(await count(() => queue.claim(lease, 3))).toBe(1)
    expect(await count(() => queue.renew(lease))).toBe(1)
    for (const status of ['staged', 'checking'] as const)
      expect(await count(() => queue.move(lease, patch.patchId, status))).toBe(1)
    const landed = { status: 'landed', code: 'LANDED', message: 'landed' } as const
    expect(await count(() => queue.settle(lease, patch.patchId, landed))).toBe(1)
    // What another holds is only looked at.
    expect(await count(() => queue.lease({ ...target, owner: 'other' }))).toBe(1)
    await database.close()
    await pool.end()
  })
})
