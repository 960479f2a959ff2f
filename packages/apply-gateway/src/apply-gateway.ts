import { type ObjectId, PatchlaneError, systemClock } from '@patchlane/kernel'
import pLimit from 'p-limit'
import { type AdmissionPolicy, defaultAdmission } from './admission.ts'
import { untilLeaseEnds } from './await-lease.ts'
import type { ApplyGatewayOptions, GatewayReport, GatewayTrouble } from './gateway-options.ts'
import { DEFAULT_LEASE_MS, HeldLease } from './held-lease.ts'
import { Judge } from './judge.ts'
import { LandedHistory } from './landed-history.ts'
import { retryCheckout } from './retry-checkout.ts'
import { RollbackManager } from './rollback-manager.ts'
import { PatchStager } from './stage-patch.ts'
import { StagedRefs } from './staged-refs.ts'
import type { Fence } from './target.ts'
import { TargetSession } from './target-session.ts'
import { TrainWindow } from './window.ts'

/** How far back the history is searched for landings that the queue does not know of. */
const HISTORY = 1_000

/** One time of owning a target. */
interface Tenure {
  held: HeldLease
  fence: Fence
  recovered: string[]
  signal: AbortSignal
}

/**
 * The only writer of a target. Takes the lease and the fence, mends what a dead gateway left, then walks ready patches down the road:
 * admit, merge, check, approve, land. A patch that does not land leaves nothing but its verdict.
 */
export class ApplyGateway {
  readonly #options: ApplyGatewayOptions
  readonly #judge: Judge
  readonly #window: TrainWindow
  readonly #rollback: RollbackManager
  readonly #history: LandedHistory
  readonly #stagedRefs: StagedRefs
  readonly #landedCommits = new Map<string, ObjectId>()
  #historyHead: ObjectId | undefined

  constructor(options: ApplyGatewayOptions) {
    const { repository } = options.target
    const admission: AdmissionPolicy = { ...defaultAdmission, ...options.admission }
    this.#options = options
    this.#window = new TrainWindow(options.window)
    this.#rollback = new RollbackManager(options.target)
    this.#history = new LandedHistory(repository)
    this.#stagedRefs = new StagedRefs(repository, options.target.name)
    this.#judge = new Judge({
      gateway: options,
      stager: new PatchStager({ repository, merger: options.merger, clock: options.clock ?? systemClock }),
      admission,
      limit: pLimit(Math.max(1, options.concurrency ?? 2)),
      emit: (event) => options.onEvent?.(event),
    })
  }

  /**
   * Lands what is ready, then gives the target back. On the signal it stops at the next safe moment; what it had in hand goes back to the line.
   */
  async drain(options: { max?: number; signal?: AbortSignal } = {}): Promise<GatewayReport> {
    const report = await this.#withTarget(options.signal, (tenure) => this.#turn(tenure, options.max))
    if (report !== undefined) return report
    return { lease: null, settled: [], parked: [], head: await this.#options.target.head(), recovered: [] }
  }

  /**
   * Keeps landing until the signal. Holds the target while it can; a target that another gateway holds, or took, is waited for.
   */
  async watch(options: {
    signal: AbortSignal
    /** Between two looks at an empty queue, in milliseconds. @default 500 */
    idleMs?: number
    /** Resolves when there may be work; it is looked for anyway after `idleMs`. */
    wake?: (signal: AbortSignal) => Promise<void>
    onReport?: (report: GatewayReport) => void
    /** Hears of what keeps it from landing just now and is tried again; to throw ends the watch with what is thrown. */
    onTrouble?: (trouble: GatewayTrouble) => void
  }): Promise<void> {
    const idleMs = options.idleMs ?? 500
    let since: number | undefined
    while (!options.signal.aborted) {
      try {
        const held = await this.#withTarget(options.signal, async (tenure) => {
          while (!tenure.signal.aborted) {
            const report = await this.#turn(tenure)
            since = undefined
            tenure.recovered = []
            if (report.settled.length + report.parked.length + report.recovered.length > 0) options.onReport?.(report)
            if (report.settled.length > 0) continue
            // Only a head start: what is wrong with the target shows when something lands on it.
            this.#options.target.ready?.().catch(() => undefined)
            await pause(idleMs, tenure.signal, options.wake)
          }
          return true
        })
        // A release wakes this one, too.
        if (held === undefined) await pause(await untilLeaseEnds(this.#options), options.signal, options.wake)
        else await pause(idleMs, options.signal)
      } catch (thrown) {
        if (!PatchlaneError.is(thrown) || (thrown.kind !== 'stale' && !thrown.retryable)) throw thrown
        since ??= performance.now()
        options.onTrouble?.({ error: thrown, lastedMs: performance.now() - since })
        await pause(idleMs, options.signal)
      }
    }
  }

  /** Ends staging; the target and the queue belong to the caller. */
  async close(): Promise<void> {
    await this.#options.staging?.close()
  }

  /** Runs `work` as the owner of the target; undefined while another gateway is. */
  async #withTarget<T>(signal: AbortSignal | undefined, work: (tenure: Tenure) => Promise<T>): Promise<T | undefined> {
    const { target, queue, repoId, owner } = this.#options
    const ttlMs = this.#options.leaseMs ?? DEFAULT_LEASE_MS
    const lease = await queue.lease({ repoId, target: target.name, owner, ttlMs })
    if (lease === undefined) return undefined
    const held = new HeldLease(queue, lease, ttlMs)
    try {
      const fence = await target.takeOver(lease)
      const recovered = await this.#recover(fence)
      const either = signal === undefined ? held.signal : AbortSignal.any([held.signal, signal])
      return await work({ held, fence, recovered, signal: either })
    } catch (thrown) {
      // Whatever was stopped in the middle because the lease was lost: that is what happened.
      throw held.signal.aborted ? (held.signal.reason ?? thrown) : thrown
    } finally {
      this.#rollback.reset()
      await held.release()
    }
  }

  async #turn(tenure: Tenure, max = Number.POSITIVE_INFINITY): Promise<GatewayReport> {
    const { held, fence, signal, recovered } = tenure
    await retryCheckout(this.#options)
    const session = new TargetSession({
      gateway: this.#options,
      held,
      fence,
      judge: this.#judge,
      window: this.#window,
      rollback: this.#rollback,
      landedCommits: this.#landedCommits,
      stagedRefs: this.#stagedRefs,
      signal,
      emit: (event) => this.#options.onEvent?.(event),
    })
    await session.run(max)
    held.signal.throwIfAborted()
    const { owner, epoch } = held.lease
    const { settled, parked } = session
    return { lease: { owner, epoch }, settled, parked, head: await this.#options.target.head(), recovered }
  }

  async #recover(fence: Fence): Promise<string[]> {
    const { target } = this.#options
    const recoveries = await target.recover(fence)
    await this.#stagedRefs.releaseAll()
    const head = await target.head()
    if (head !== this.#historyHead) {
      const max = this.#historyHead === undefined ? { max: HISTORY } : {}
      for (const { patchId, entry } of await this.#history.between(this.#historyHead, head, max)) {
        this.#landedCommits.set(patchId, entry.commit)
      }
      this.#historyHead = head
    }
    return recoveries.map(({ patchId, outcome, keptPaths }) => {
      const kept = keptPaths.length === 0 ? '' : `; left as somebody changed them: ${keptPaths.join(', ')}`
      return outcome === 'landed'
        ? `patch ${patchId} had landed and was finished${kept}`
        : `patch ${patchId} had not landed and was taken back${kept}`
    })
  }
}

async function pause(ms: number, signal: AbortSignal, wake?: (signal: AbortSignal) => Promise<void>): Promise<void> {
  // Its end is no news to wait for.
  if (signal.aborted) return
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  const timer = new Promise<void>((resolve) => {
    const timeout = setTimeout(resolve, ms)
    either.addEventListener('abort', () => {
      clearTimeout(timeout)
      resolve()
    })
  })
  await Promise.race([timer, ...(wake === undefined ? [] : [wake(either)])])
  over.abort()
}
