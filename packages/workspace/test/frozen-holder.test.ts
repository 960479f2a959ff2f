import { spawn } from 'node:child_process'
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { type OpenDatabaseOptions, openDatabase } from '@patchlane/database'
import { startPostgres } from '@patchlane/database/testing'
import { temporaryRepository } from '@patchlane/git/testing'
import { identityOf } from '@patchlane/process'
import { afterAll, expect, it } from 'vitest'
import { WorkspaceManager } from '../src/index.ts'
import { SqlWorkspaceStore } from '../src/sql/index.ts'
import type { FrozenHolderOrders } from './programs/frozen-holder.ts'

const server = await startPostgres()
afterAll(() => server?.stop())
const home = await realpath(await mkdtemp(join(tmpdir(), 'patchlane-frozen-')))
afterAll(() => rm(home, { recursive: true, force: true }))

const stores: { engine: string; store: OpenDatabaseOptions }[] = [
  { engine: 'SQLite', store: { file: join(home, 'store.db') } },
  ...(server === undefined ? [] : [{ engine: 'Postgres', store: { url: server.url, schema: 'frozen' } }]),
]

it.skipIf(process.platform === 'win32').each(stores)(
  'a process that slept past its lease finds on waking that it lost it: $engine',
  { timeout: 60_000 },
  async ({ engine, store }) => {
    const repo = await temporaryRepository({ 'a.txt': 'a\n' })
    const root = join(home, engine)
    const database = await openDatabase(store)
    await database.migrate()
    const manager = new WorkspaceManager({
      ...{ repository: repo.repository, root, store: new SqlWorkspaceStore({ database }), minFreeBytes: 0 },
    })
    // Who works there is another process: as long as it lives, nobody takes the workspace, however deeply its manager sleeps.
    const worker = spawn('sleep', ['600'], { stdio: 'ignore' })
    const holder = await identityOf(worker.pid)
    if (holder === undefined) throw new Error('no process')
    const orders: FrozenHolderOrders = { store, repository: repo.directory, root, holder }
    const program = join(import.meta.dirname, 'programs', 'frozen-holder.ts')
    const sleeper = spawn(process.execPath, ['--conditions=@patchlane/source', program, JSON.stringify(orders)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface(sleeper.stdout)[Symbol.asyncIterator]()
    try {
      expect((await lines.next()).value).toBe('holding')
      sleeper.kill('SIGSTOP')
      await sleep(250)
      expect(await manager.reap()).toMatchObject({ reclaimed: 0, kept: [{ reason: 'a process still works in it' }] })
      const dead = new Promise((resolve) => worker.once('exit', resolve))
      worker.kill('SIGKILL')
      await dead
      const { rescued } = await manager.reap()
      expect(rescued).toHaveLength(1)
      expect(await repo.git('show', `${rescued[0]?.ref}:work.txt`)).toBe('work\n')
      const next = await manager.lease({ commit: await repo.repository.resolve('HEAD'), holder: 'next' })
      sleeper.kill('SIGCONT')
      sleeper.stdin.write('go on\n')
      expect((await lines.next()).value).toBe('WORKSPACE_LOST,WORKSPACE_LOST,WORKSPACE_LOST')
      await next.heartbeat()
      expect(await readdir(next.directory)).not.toContain('work.txt')
    } finally {
      sleeper.kill('SIGKILL')
      worker.kill('SIGKILL')
      await database.close()
      await repo.remove()
    }
  },
)
