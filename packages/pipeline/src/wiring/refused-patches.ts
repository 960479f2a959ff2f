import type { SessionMemory, SessionNote } from '@patchlane/context-builder'
import type { PatchQueue, QueueEntry } from '@patchlane/patch-queue'
import type { RepositoryContext } from './repository-context.ts'

/** Patches that are looked at, latest first. */
const LATEST = 20

/** What the queue remembers for those who try next: patches of this target that did not land, and why. */
export class RefusedPatches implements SessionMemory {
  readonly #queue: PatchQueue
  readonly #context: Pick<RepositoryContext, 'repoId' | 'target'>

  constructor(queue: PatchQueue, context: Pick<RepositoryContext, 'repoId' | 'target'>) {
    this.#queue = queue
    this.#context = context
  }

  async notes(): Promise<readonly SessionNote[]> {
    const { repoId, target } = this.#context
    const refused = await this.#queue.list({
      repoId,
      target,
      status: ['rejected', 'conflicted'],
      limit: LATEST,
      latestFirst: true,
    })
    return refused.map(noteOf)
  }
}

function noteOf({ patch, status, verdict }: QueueEntry): SessionNote {
  const failed = (verdict?.checks ?? []).filter(({ outcome }) => outcome === 'failed' || outcome === 'broken')
  const conflicts = (verdict?.conflicts ?? []).map(({ path, message }) => `${path}: ${message}`)
  const said = [
    verdict?.message,
    ...failed.map(({ check, summary }) => `${check}: ${summary}`),
    ...conflicts,
    verdict?.remedy,
  ]
  return {
    title: `An earlier patch, ${status}: ${patch.title}`,
    text: said.filter((line) => line !== undefined && line !== '').join('\n'),
    paths: patch.changes.map(({ path }) => path),
  }
}
