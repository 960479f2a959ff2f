import type { Patch, PatchId, QueuedPatch } from '@patchlane/kernel'
import { isSettled } from '@patchlane/kernel'
import type { PatchDesk as AgentPatchDesk, SettledOptions } from '@patchlane/orchestrator'
import { patchStream } from '@patchlane/patch-queue'
import { renderDiff } from '@patchlane/patch-queue/formats'
import { AmbiguousIdError, NotFoundError } from '../errors.ts'
import type { PatchDesk, PatchFilter, Proposal } from '../pipeline.ts'
import type { RepositoryContext } from '../wiring/repository-context.ts'
import type { Stores } from '../wiring/stores.ts'

const WHOLE_ID = /^[0-9a-f-]{36}$/

/** The queue of one target, for people (ids may be cut short) and for agents (propose and wait). */
export class QueuePatchDesk implements PatchDesk, AgentPatchDesk {
  readonly #context: RepositoryContext
  readonly #stores: Stores

  constructor(context: RepositoryContext, stores: Stores) {
    this.#context = context
    this.#stores = stores
  }

  get #target() {
    return { repoId: this.#context.repoId, target: this.#context.target }
  }

  list(filter: PatchFilter = {}): Promise<QueuedPatch[]> {
    return this.#stores.queue.list({ ...this.#target, ...filter })
  }

  async get(idOrPrefix: string): Promise<QueuedPatch> {
    const exact = WHOLE_ID.test(idOrPrefix) ? await this.#stores.queue.get(idOrPrefix) : undefined
    // A store can be shared: patches of other repositories and targets are not ours to show.
    const { repoId, target } = this.#target
    if (exact?.patch.repoId === repoId && exact.patch.target === target) return exact
    const byNumber = await this.#byNumber(idOrPrefix)
    const [found, ...others] = byNumber.length > 0 ? byNumber : await this.#byPrefix(idOrPrefix.toLowerCase())
    if (found === undefined) {
      throw new NotFoundError('patch', idOrPrefix, 'List the patches with "patchlane queue list".')
    }
    if (others.length > 0) {
      throw new AmbiguousIdError(
        'patch',
        idOrPrefix,
        [found, ...others].map((entry) => entry.patch.patchId),
      )
    }
    return found
  }

  async #byNumber(text: string): Promise<QueuedPatch[]> {
    const seq = Number(/^#?(\d{1,9})$/.exec(text)?.[1] ?? 0)
    if (seq === 0) return []
    const next = await this.#stores.queue.list({ ...this.#target, afterSeq: seq - 1, limit: 1 })
    return next.filter((entry) => entry.seq === seq)
  }

  async #byPrefix(idPrefix: string): Promise<QueuedPatch[]> {
    if (!/^[0-9a-f-]+$/.test(idPrefix)) return []
    return this.#stores.queue.list({ ...this.#target, idPrefix, latestFirst: true })
  }

  async diff(idOrPrefix: string): Promise<string> {
    const { patch } = await this.get(idOrPrefix)
    return renderDiff(patch.changes)
  }

  async withdraw(idOrPrefix: string, reason: string): Promise<QueuedPatch> {
    const { patch } = await this.get(idOrPrefix)
    return this.#stores.queue.withdraw(patch.patchId, reason)
  }

  async pause(): Promise<void> {
    await this.#stores.queue.pause(this.#target)
  }

  async resume(): Promise<void> {
    await this.#stores.queue.resume(this.#target)
  }

  find(patchId: PatchId): Promise<QueuedPatch | undefined> {
    return this.#stores.queue.get(patchId)
  }

  /** A proposal whose references to other patches are whole ids: people may cut them short, or give numbers. */
  async named(proposal: Proposal): Promise<Proposal> {
    const whole = async (id: string) => (WHOLE_ID.test(id) ? id : (await this.get(id)).patch.patchId)
    const { dependsOn, supersedes } = proposal
    return {
      ...proposal,
      ...(dependsOn === undefined ? {} : { dependsOn: await Promise.all(dependsOn.map(whole)) }),
      ...(supersedes === undefined ? {} : { supersedes: await whole(supersedes) }),
    }
  }

  propose(patch: Patch): Promise<QueuedPatch> {
    return this.#stores.queue.propose(patch)
  }

  async settled(patchId: PatchId, options: SettledOptions): Promise<QueuedPatch> {
    const { signal, waitForApproval, onMove } = options
    const stream = patchStream(this.#target)
    const isAnswer = ({ status, parkedFor }: QueuedPatch) =>
      isSettled(status) || (status === 'awaiting_approval' && parkedFor === 'approval' && !waitForApproval)
    const ended = new AbortController()
    let seen: string | undefined
    try {
      // From now on: the state is read after the first look at the log, so nothing falls between the two.
      const following = this.#stores.queue.follow(
        stream,
        await this.#stores.events.last(stream),
        AbortSignal.any([signal, ended.signal]),
      )
      const moves = following[Symbol.asyncIterator]()
      for (let next = moves.next(); ; ) {
        const queued = await this.#stores.queue.get(patchId)
        if (queued === undefined) throw new NotFoundError('patch', patchId, 'It was forgotten while it was waited for.')
        if (queued.status !== seen) onMove?.(queued)
        seen = queued.status
        if (isAnswer(queued)) return queued
        for (;;) {
          const event = await next
          signal.throwIfAborted()
          if (event.done) throw new NotFoundError('patch', patchId, 'The event log ended.')
          next = moves.next()
          if (event.value.subject === patchId) break
        }
      }
    } finally {
      ended.abort()
    }
  }
}
