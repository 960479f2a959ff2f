// Leases a workspace for a process that is told, works in it, and tries to go on when told to: frozen-holder.ts <orders as JSON>
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type OpenDatabaseOptions, openDatabase } from '@patchlane/database'
import { GitRepository } from '@patchlane/git'
import { PatchlaneError } from '@patchlane/kernel'
import type { ProcessIdentity } from '@patchlane/process'
import { WorkspaceManager } from '../../src/index.ts'
import { SqlWorkspaceStore } from '../../src/sql/index.ts'

export interface FrozenHolderOrders {
  store: OpenDatabaseOptions
  repository: string
  root: string
  holder: ProcessIdentity
}

const orders: FrozenHolderOrders = JSON.parse(process.argv[2] ?? '{}')
const repository = await GitRepository.open(orders.repository, { fsync: false })
const database = await openDatabase(orders.store)
const store = new SqlWorkspaceStore({ database })
const manager = new WorkspaceManager({ repository, root: orders.root, store, minFreeBytes: 0 })
const commit = await repository.resolve('HEAD')
const session = await manager.lease({ commit, holder: 'sleeper', ttlMs: 200, process: orders.holder })
await writeFile(join(session.directory, 'work.txt'), 'work\n')
console.log('holding')
for await (const _line of createInterface(process.stdin)) {
  const said: string[] = []
  for (const step of [() => session.heartbeat(), () => session.capture(), () => session.rebase(commit)])
    said.push(
      await step().then(
        () => 'went on',
        (thrown: unknown) => (PatchlaneError.is(thrown) ? thrown.code : String(thrown)),
      ),
    )
  await session.release()
  console.log(said.join())
  break
}
await repository.close()
await database.close()
