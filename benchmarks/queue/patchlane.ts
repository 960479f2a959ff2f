import { type Database, type OpenDatabaseOptions, openDatabase } from '@patchlane/database'
import type { TargetLease } from '@patchlane/kernel'
import { patchFixture } from '@patchlane/kernel/testing'
import { patchStream } from '@patchlane/patch-queue'
import { SqlPatchQueue } from '@patchlane/patch-queue/sql'
import type { Contestant } from './contestant.ts'

const repoId = 'repo'
const lines = { main: 'refs/heads/main', rate: 'refs/heads/rate' }
/** Made beforehand, as the others' payload is. */
const patches = {
  main: patchFixture({ repoId, target: lines.main }),
  rate: patchFixture({ repoId, target: lines.rate }),
}
const landed = { status: 'landed', code: 'LANDED', message: 'landed' } as const

/** Submitter and worker have a handle each, as two processes would; the worker hears of news as the gateway does. */
export async function patchlane(name: string, store: OpenDatabaseOptions): Promise<Contestant> {
  const [submitting, working] = [await openDatabase(store), await openDatabase(store)]
  const submitter = new SqlPatchQueue(submitting)
  return {
    name,
    submit: async (line, patchId) => {
      await submitter.propose({ ...patches[line], patchId })
    },
    work: (started) => startWorker(working, started),
    close: async () => {
      await Promise.all([submitting.close(), working.close()])
    },
  }
}

async function startWorker(database: Database, started: (id: string) => void): Promise<() => Promise<void>> {
  const queue = new SqlPatchQueue(database)
  const target = { repoId, target: lines.main }
  const lease = await queue.lease({ ...target, owner: crypto.randomUUID(), ttlMs: 600_000 })
  if (lease === undefined) throw new TypeError('The lease was not given.')
  let stopped = false
  let news = Promise.withResolvers<void>()
  const unlisten = database.wakeUps.listen(patchStream(target), () => news.resolve())
  const working = (async () => {
    while (!stopped) {
      news = Promise.withResolvers()
      if (await land(queue, lease, started)) continue
      const poll = setTimeout(() => news.resolve(), 500)
      await news.promise
      clearTimeout(poll)
    }
  })()
  return async () => {
    stopped = true
    news.resolve()
    await working
    unlisten()
    await queue.release(lease)
  }
}

async function land(queue: SqlPatchQueue, lease: TargetLease, started: (id: string) => void): Promise<boolean> {
  const claimed = await queue.claim(lease, 3)
  for (const { patch } of claimed) started(patch.patchId)
  for (const { patch } of claimed) {
    await queue.move(lease, patch.patchId, 'staged')
    await queue.move(lease, patch.patchId, 'checking')
    await queue.settle(lease, patch.patchId, landed)
  }
  return claimed.length > 0
}
