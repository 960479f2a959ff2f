// Leases workspaces, writes into them, and says so; the crash test kills it at any moment.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openDatabase } from '@patchlane/database'
import { GitRepository } from '@patchlane/git'
import { WorkspaceManager } from '../src/index.ts'
import { SqlWorkspaceStore } from '../src/sql/index.ts'

const [, , directory = '', root = '', file = '', name = ''] = process.argv
const repository = await GitRepository.open(directory, { fsync: false })
const store = new SqlWorkspaceStore({ database: await openDatabase({ file }) })
const manager = new WorkspaceManager({ repository, root, store, max: 30, minFreeBytes: 0 })
const commit = await repository.resolve('HEAD')

/** Told only once it is on disk: what was told may not be lost. */
const tell = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`)

async function work(n: number): Promise<void> {
  for (let round = 0; ; round++) {
    const session = await manager.lease({ commit, holder: `${name}.${n}`, ttlMs: 1, waitMs: 60_000 })
    const content = `${name} ${n} ${round}\n`
    await writeFile(join(session.directory, 'work.txt'), content)
    tell({ wrote: content, directory: session.directory })
    await session.heartbeat()
    if (round % 2 === 0) await session.capture()
    tell({ dropped: content })
    await session.release()
    if (round % 3 === 2) await manager.reap()
  }
}

await Promise.all([0, 1, 2].map(work))
