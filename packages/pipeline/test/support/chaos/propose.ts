import { setTimeout as pause } from 'node:timers/promises'
import { patchOn } from '@patchlane/apply-gateway/testing'
import { GitRepository } from '@patchlane/git'
import type { PatchQueue } from '@patchlane/patch-queue'
import type { Proposed } from './judge.ts'

/** Keeps a few patches in the line, each with a file of its own beside an edit of a file that many share. */
export async function proposeUntil(
  stop: AbortSignal,
  directory: string,
  queue: PatchQueue,
  seed: number,
): Promise<Proposed[]> {
  const repository = await GitRepository.open(directory, { fsync: false })
  const proposed: Proposed[] = []
  try {
    for (let n = 0; !stop.aborted; n++) {
      const path = `src/folder-${n % 7}/file-${n}.txt`
      const content = `${seed} ${n}\n`
      const base = await repository.resolve('refs/heads/main')
      const patch = await patchOn(repository, base, { [path]: content, [`shared/${n % 20}.txt`]: content })
      // A failed call is repeated: proposing twice is once.
      await persist(() => queue.propose(patch))
      proposed.push({ patchId: patch.patchId, path, content })
      while (!stop.aborted && (await waiting(queue, proposed.slice(-8))) >= 8) await pause(100)
    }
    return proposed
  } finally {
    await repository.close()
  }
}

async function waiting(queue: PatchQueue, proposed: readonly Proposed[]): Promise<number> {
  const records = await Promise.all(proposed.map(({ patchId }) => persist(() => queue.get(patchId))))
  return records.filter((record) => record?.status !== 'landed').length
}

/** Waits until all have landed, as long as some do. */
export async function settled(queue: PatchQueue, proposed: readonly Proposed[], patience: number): Promise<void> {
  let [landed, since] = [-1, performance.now()]
  while (performance.now() - since < patience) {
    const { length } = await persist(() => queue.list({ status: 'landed', limit: proposed.length + 1 }))
    if (length >= proposed.length) return
    if (length !== landed) [landed, since] = [length, performance.now()]
    await pause(200)
  }
}

/** Repeats a call while the database is away. */
export async function persist<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++)
    try {
      return await call()
    } catch (thrown) {
      if (attempt > 200) throw thrown
      await pause(50)
    }
}
