import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { canonicalJson, type EventDraft, errorMessage, type ObjectId, type RepoId, type Stamp } from '@patchlane/kernel'
import { IndexingFailedError } from './errors.ts'
import type { IndexMetrics } from './index-metrics.ts'
import type { ReadyIndexVersion } from './index-version.ts'
import type { IndexingClaim, IndexVersionStore } from './index-version-store.ts'
import type { Indexer } from './indexer.ts'

/** Where `index_version.ready` and `index_version.failed` are announced. */
export interface IndexEvents {
  publish(event: EventDraft): Promise<unknown>
}

export interface IndexVersionsOptions {
  store: IndexVersionStore
  indexer: Indexer
  events?: IndexEvents
  metrics?: IndexMetrics
  /** How long a claim holds without a sign of life, in milliseconds. @default 30_000 */
  claimTtlMs?: number
  /** Names this process in the store. */
  owner?: string
}

export interface EnsureRequest {
  repoId: RepoId
  commit: ObjectId
  signal?: AbortSignal
  onProgress?: (progress: { done: number; total: number }) => void
}

/**
 * Index versions of commits, each made once: by this process, by another that is at it already, or long ago.
 */
export class IndexVersions {
  readonly #options: IndexVersionsOptions
  readonly #owner: string
  readonly #claimTtlMs: number
  readonly #underWay = new Map<string, Promise<ReadyIndexVersion>>()

  constructor(options: IndexVersionsOptions) {
    this.#options = options
    this.#owner = options.owner ?? `${process.pid}-${randomUUID()}`
    this.#claimTtlMs = options.claimTtlMs ?? 30_000
  }

  get indexer(): string {
    return this.#options.indexer.id
  }

  /**
   * The version of a commit, made now if there is none. Concurrent calls for one commit share the work.
   *
   * @throws {IndexingFailedError} with the indexer's error as cause; the failure is recorded, and the next call tries again.
   */
  async ensure(request: EnsureRequest): Promise<ReadyIndexVersion> {
    const key = canonicalJson([request.repoId, request.commit])
    const underWay = this.#underWay.get(key)
    if (underWay !== undefined) return underWay
    const work = this.#ensure(request).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, work)
    return work
  }

  /** The stamp of a commit, for a context, request or patch made from it. */
  async stamp(request: EnsureRequest): Promise<Stamp> {
    const { digest } = await this.ensure(request)
    return { repoId: request.repoId, commit: request.commit, indexVersion: digest }
  }

  async #ensure(request: EnsureRequest): Promise<ReadyIndexVersion> {
    const key = { repoId: request.repoId, commit: request.commit, indexer: this.#options.indexer.id }
    for (let pause = 25; ; pause = Math.min(pause * 2, 1000)) {
      request.signal?.throwIfAborted()
      const answer = await this.#options.store.begin(key, { owner: this.#owner, ttlMs: this.#claimTtlMs })
      if (answer.state === 'ready') return answer.version
      if (answer.state === 'claimed') return this.#index(answer.claim, request)
      await sleep(pause, undefined, request.signal === undefined ? {} : { signal: request.signal })
    }
  }

  async #index(claim: IndexingClaim, request: EnsureRequest): Promise<ReadyIndexVersion> {
    const { store, indexer, events, metrics } = this.#options
    const started = performance.now()
    const elapsed = () => Math.round(performance.now() - started)
    // A lost heartbeat is noticed when the result is written; until then the work goes on.
    const heartbeat = setInterval(() => void store.renew(claim, this.#claimTtlMs).catch(() => {}), this.#claimTtlMs / 3)
    try {
      const result = await indexer.index(request)
      const version = await store.ready(claim, { ...result, durationMs: elapsed() })
      metrics?.indexed(version.durationMs)
      await events?.publish(readyEvent(version))
      return version
    } catch (cause) {
      metrics?.failed()
      await store.fail(claim, { message: errorMessage(cause), durationMs: elapsed() }).catch(() => {})
      await events?.publish(failedEvent(claim, errorMessage(cause)))
      if (request.signal?.aborted) throw cause
      throw new IndexingFailedError(request.commit, errorMessage(cause), { cause })
    } finally {
      clearInterval(heartbeat)
    }
  }
}

function readyEvent(version: ReadyIndexVersion): EventDraft {
  const { repoId, commit, digest, versionId, fileCount, durationMs } = version
  return {
    stream: `index:${repoId}`,
    type: 'index_version.ready',
    subject: commit,
    data: { digest, versionId, fileCount, durationMs },
  }
}

function failedEvent({ key }: IndexingClaim, message: string): EventDraft {
  return { stream: `index:${key.repoId}`, type: 'index_version.failed', subject: key.commit, data: { message } }
}
