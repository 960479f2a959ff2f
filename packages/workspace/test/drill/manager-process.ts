// Leases workspaces for holders, and gives back those of holders that are done, until it is killed:
// manager-process.ts <orders as JSON>
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { openDatabase } from '@patchlane/database'
import { GitRepository } from '@patchlane/git'
import { PatchlaneError } from '@patchlane/kernel'
import { identityOf } from '@patchlane/process'
import { WorkspaceManager } from '../../src/index.ts'
import { SqlWorkspaceStore } from '../../src/sql/index.ts'

export interface ManagerOrders {
  name: string
  repository: string
  root: string
  store: string
  /** Where holders write down what they did. */
  logs: string
  holders: number
  max: number
  ttlMs: number
}

const orders: ManagerOrders = JSON.parse(process.argv[2] ?? '{}')
const repository = await GitRepository.open(orders.repository, { fsync: false })
const store = new SqlWorkspaceStore({ database: await openDatabase({ file: orders.store }) })
const manager = new WorkspaceManager({
  ...{ repository, root: orders.root, store, max: orders.max, minFreeBytes: 0, checkouts: 2 },
})
const script = join(import.meta.dirname, 'holder.sh')
const say = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`)

async function employ(place: number, round: number): Promise<void> {
  const name = `${orders.name}-${place}-${round}`
  const steps = 3 + ((place + round) % 4) * 20
  // Detached, so that it lives on when we are killed.
  const child = spawn('sh', [script, name, join(orders.logs, name), String(steps)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  child.stdin.on('error', () => {})
  const holder = child.pid === undefined ? undefined : await identityOf(child.pid)
  if (holder === undefined) throw new Error('the holder did not start')
  const commit = await repository.resolve('HEAD')
  const session = await manager
    .lease({ commit, holder: name, process: holder, ttlMs: orders.ttlMs, waitMs: 600_000 })
    .catch((thrown: unknown) => {
      child.kill('SIGKILL')
      throw thrown
    })
  say({ name, holder, id: session.id, directory: session.directory })
  child.stdin.end(`${session.directory}\n`)
  if ((await ended) !== 0) return
  await session.capture()
  await session.release()
}

async function keepBusy(place: number): Promise<void> {
  for (let round = 0; ; round++)
    try {
      await employ(place, round)
    } catch (thrown) {
      // The workspace of a holder that is done was taken back before we came to release it: rightly so.
      if (!PatchlaneError.is(thrown) || thrown.code !== 'WORKSPACE_LOST') throw thrown
    }
}

say({ ready: true })
await Promise.all(Array.from({ length: orders.holders }, (_, place) => keepBusy(place)))
