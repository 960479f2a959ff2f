import {
  errorMessage,
  type ObjectId,
  PatchlaneError,
  type QueuedPatch,
  type SettledStatus,
  touchedPaths,
  type VerdictInput,
} from '@patchlane/kernel'
import type { Car, Judged } from './car.ts'
import { CheckoutBusyError, CheckoutOverlapError, FencedOutError } from './errors.ts'
import type { ApplyGatewayOptions, GatewayEvent } from './gateway-options.ts'
import type { HeldLease } from './held-lease.ts'
import type { Judge } from './judge.ts'
import type { Refusal } from './refusal.ts'
import type { RollbackManager } from './rollback-manager.ts'
import type { StagedRefs } from './staged-refs.ts'
import type { Fence } from './target.ts'
import type { TrainWindow } from './window.ts'

export interface SessionOptions {
  gateway: ApplyGatewayOptions
  held: HeldLease
  fence: Fence
  judge: Judge
  window: TrainWindow
  rollback: RollbackManager
  stagedRefs: StagedRefs
  /** What the history of the target says has landed. */
  landedCommits: Map<string, ObjectId>
  signal: AbortSignal
  emit(event: GatewayEvent): void
}

type Answer = 'settled' | 'parked' | 'again'

/**
 * One tenure of a target: takes ready patches into the train, judges each when all ahead of it are settled, lands or refuses it, and
 * stages those behind again when what they stand on did not land. What lands is the same as with a train of one car.
 */
export class TargetSession {
  readonly #options: SessionOptions
  readonly #train: Car[] = []
  readonly settled: QueuedPatch[] = []
  readonly parked: QueuedPatch[] = []

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** Until nothing is ready, `max` patches are done, or the signal. */
  async run(max: number): Promise<void> {
    try {
      while (!this.#options.signal.aborted) {
        await this.#fill(max - this.settled.length - this.parked.length)
        const first = this.#train[0]
        if (first === undefined) return
        const judged = await first.judged
        if (this.#options.signal.aborted) return
        await this.#conclude(first, judged)
      }
    } finally {
      await this.#eject(0)
    }
  }

  get #lease() {
    return this.#options.held.lease
  }

  async #fill(left: number): Promise<void> {
    const { gateway, window } = this.#options
    const room = Math.min(window.size, left)
    if (room <= this.#train.length || this.#train[0]?.queued.approved === true) return
    const claimed = await gateway.queue.claim(this.#lease, window.size)
    const approved = claimed.find((queued) => queued.approved)
    // What a person approved must not be staged on work that they did not see: it goes first, alone.
    if (approved !== undefined) {
      await this.#eject(0)
      await this.#board(approved)
      return
    }
    for (const queued of claimed) {
      if (this.#train.length >= room) return
      if (this.#train.some((car) => car.queued.patch.patchId === queued.patch.patchId)) continue
      await this.#board(queued)
    }
  }

  async #board(queued: QueuedPatch): Promise<void> {
    const onto = this.#train.at(-1)?.tip ?? (await this.#options.gateway.target.head())
    const car = await this.#stage(queued, onto)
    if (car !== undefined) this.#train.push(car)
  }

  async #stage(queued: QueuedPatch, onto: ObjectId): Promise<Car | undefined> {
    const { gateway, judge, rollback, landedCommits, emit } = this.#options
    const { patch } = queued
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, this.#options.signal])
    const car: Car = { queued, onto, tip: onto, stop, judged: Promise.resolve({ kind: 'stopped' }) }
    if (landedCommits.has(patch.patchId)) {
      await this.#recordLanding(queued)
      return undefined
    }
    await rollback.begin(touchedPaths(patch.changes), (gateway.checks ?? []).length > 0 ? 'all' : 'touched')
    const outcome = await judge.stage(queued, onto, signal)
    if ('refusal' in outcome) {
      car.judged = Promise.resolve({ kind: 'refused', refusal: outcome.refusal, reports: [] })
      return car
    }
    car.tip = outcome.staged.commit
    await this.#options.stagedRefs.keep(patch.patchId, car.tip)
    if (!(await this.#advance(car, 'staged'))) {
      await this.#options.stagedRefs.release(patch.patchId)
      return undefined
    }
    emit({ type: 'staged', patchId: patch.patchId, detail: `on ${onto.slice(0, 12)}` })
    car.judged = judge
      .check(queued, outcome.staged, signal, async () => {
        if (!(await this.#advance(car, 'checking'))) stop.abort()
        emit({ type: 'checking', patchId: patch.patchId, detail: `${(gateway.checks ?? []).length} checks` })
      })
      .catch((thrown: unknown): Judged => {
        if (signal.aborted) return { kind: 'stopped' }
        return { kind: 'refused', refusal: gatewayFault(thrown), reports: [], staged: outcome.staged }
      })
    return car
  }

  /** False when the patch was withdrawn meanwhile; it is then settled. */
  async #advance(car: Car, to: 'staged' | 'checking'): Promise<boolean> {
    const { queue } = this.#options.gateway
    try {
      car.queued = await queue.move(this.#lease, car.queued.patch.patchId, to)
      return true
    } catch (thrown) {
      if (!PatchlaneError.is(thrown) || !thrown.code.endsWith('_CANCELLED')) throw thrown
      const status = car.queued.status
      if (status !== 'queued') this.settled.push(await queue.move(this.#lease, car.queued.patch.patchId, 'queued'))
      return false
    }
  }

  async #conclude(car: Car, judged: Judged): Promise<void> {
    const { gateway, window } = this.#options
    if (judged.kind === 'stopped') {
      this.#train.shift()
      await this.#restage()
      return
    }
    if (car.onto !== (await gateway.target.head())) return this.#restage()
    const answer = judged.kind === 'refused' ? await this.#refuse(car, judged) : await this.#land(car, judged)
    if (answer === 'again') return this.#restage()
    this.#train.shift()
    await this.#options.stagedRefs.release(car.queued.patch.patchId)
    const landed = answer === 'settled' && this.settled.at(-1)?.status === 'landed'
    if (landed) window.grow()
    else window.shrink()
    await this.#restage()
  }

  /** Stages again every car that does not stand on what will be ahead of it. */
  async #restage(): Promise<void> {
    let onto = await this.#options.gateway.target.head()
    for (let n = 0; n < this.#train.length; n++) {
      const car = this.#train[n]
      if (car === undefined) return
      if (car.onto === onto) {
        onto = car.tip
        continue
      }
      const behind = this.#train.splice(n)
      const queued = await this.#takeBack(behind)
      for (const patch of queued) {
        this.#options.emit({ type: 'restaged', patchId: patch.patch.patchId, detail: 'what was ahead of it changed' })
        await this.#board(patch)
      }
      return
    }
  }

  /** Takes cars off the train and gives their patches back to the line. */
  async #eject(from: number): Promise<void> {
    await this.#takeBack(this.#train.splice(from))
  }

  async #takeBack(cars: readonly Car[]): Promise<QueuedPatch[]> {
    for (const car of cars) car.stop.abort()
    const back: QueuedPatch[] = []
    for (const car of cars) {
      await car.judged
      await this.#options.stagedRefs.release(car.queued.patch.patchId)
      if (this.#options.held.signal.aborted) continue
      if (car.queued.status === 'queued') back.push(car.queued)
      else {
        const queued = await this.#options.gateway.queue.move(this.#lease, car.queued.patch.patchId, 'queued')
        if (queued.status === 'queued') back.push(queued)
        else this.settled.push(queued)
      }
    }
    return back
  }

  async #refuse(car: Car, judged: Extract<Judged, { kind: 'refused' }>): Promise<Answer> {
    const { refusal, reports, staged } = judged
    const rest = { checks: reports, ...(staged === undefined ? {} : { merges: staged.merges, tree: staged.tree }) }
    return this.#settle(car, { ...rest, ...refusal })
  }

  async #settle(car: Car, verdict: VerdictInput & { status: SettledStatus }): Promise<Answer> {
    const { gateway, emit } = this.#options
    const proved = await this.#withProof(verdict)
    const settled = await gateway.queue.settle(this.#lease, car.queued.patch.patchId, {
      ...proved,
      status: verdict.status,
    })
    this.settled.push(settled)
    emit({ type: 'refused', patchId: settled.patch.patchId, detail: `${verdict.code}: ${verdict.message}` })
    return 'settled'
  }

  async #park(car: Car, parkedFor: 'approval' | 'checkout', verdict: VerdictInput): Promise<Answer> {
    const { gateway, emit } = this.#options
    const { patchId } = car.queued.patch
    const parked = await gateway.queue.park(this.#lease, patchId, parkedFor, await this.#withProof(verdict))
    this.parked.push(parked)
    emit({ type: 'parked', patchId, detail: verdict.message })
    return 'parked'
  }

  /** The proof that nothing is left behind, and the stamp for another attempt. */
  async #withProof(verdict: VerdictInput): Promise<VerdictInput> {
    const { gateway, rollback } = this.#options
    const { proof, differences } = await rollback.prove()
    const commit = await gateway.target.head()
    const indexVersion = (await gateway.indexVersionOf?.(commit)) ?? null
    const changed = differences
      .filter((path) => !path.endsWith('/'))
      .slice(0, 5)
      .join(', ')
    const note = proof.exact ? '' : ` Meanwhile somebody else changed ${changed || 'a folder'}.`
    return {
      ...verdict,
      message: `${verdict.message}${note}`,
      head: { repoId: gateway.repoId, commit, indexVersion },
      rollback: proof,
    }
  }

  async #land(car: Car, judged: Extract<Judged, { kind: 'passed' }>): Promise<Answer> {
    const { gateway, rollback, fence, held, emit } = this.#options
    const { staged, judgement, reports } = judged
    const said = { checks: reports, merges: staged.merges, tree: staged.tree }
    // Checks may have rewritten files, and with them the commit.
    if (staged.commit !== car.tip) await this.#options.stagedRefs.keep(car.queued.patch.patchId, staged.commit)
    const answer = await this.#consult(car, judged)
    if (answer !== 'approved') return answer
    try {
      await gateway.target.land(judgement.conclude(), fence)
    } catch (thrown) {
      const code = PatchlaneError.is(thrown) ? thrown.code : ''
      if (code === 'APPLY_GATEWAY_HEAD_MOVED') return 'again'
      if (thrown instanceof CheckoutOverlapError || thrown instanceof CheckoutBusyError) {
        const overlaps = thrown instanceof CheckoutOverlapError ? thrown.paths : []
        const wait = { status: 'awaiting_approval' as const, code: thrown.code, message: thrown.message, overlaps }
        return this.#park(car, 'checkout', {
          ...said,
          ...wait,
          ...(thrown.remedy === undefined ? {} : { remedy: thrown.remedy }),
        })
      }
      if (thrown instanceof FencedOutError) {
        held.lose(thrown)
        throw thrown
      }
      return this.#settle(car, { ...said, ...gatewayFault(thrown) })
    }
    const landed = await gateway.queue.settle(this.#lease, car.queued.patch.patchId, {
      ...said,
      status: 'landed',
      code: 'LANDED',
      message: `Landed as ${staged.commit.slice(0, 12)}.`,
      landedCommit: staged.commit,
    })
    this.settled.push(landed)
    const differences = await gateway.target.repository.diffTrees(staged.base, staged.commit)
    await rollback.landed(differences.map(({ path }) => path))
    emit({ type: 'landed', patchId: landed.patch.patchId, detail: staged.commit })
    gateway.onLanded?.(landed, staged.commit)
    return 'settled'
  }

  async #consult(car: Car, judged: Extract<Judged, { kind: 'passed' }>): Promise<'approved' | Answer> {
    const { gateway, emit } = this.#options
    const { staged, judgement, reports } = judged
    if (gateway.approval === undefined) return 'approved'
    emit({ type: 'approving', patchId: car.queued.patch.patchId, detail: '' })
    const { repository } = gateway.target
    const answer = await gateway.approval.consult({
      queued: car.queued,
      base: staged.base,
      commit: staged.commit,
      tree: staged.tree,
      changes: await repository.changesBetween(staged.base, staged.commit),
      checks: reports,
      merges: staged.merges,
    })
    if (answer.decision === 'approved') {
      judgement.approved(staged.tree)
      return 'approved'
    }
    const said = { checks: reports, merges: staged.merges, tree: staged.tree }
    const reasons = answer.reasons.join('; ')
    if (answer.decision === 'ask') {
      const message = `A person has to approve this: ${reasons}.`
      return this.#park(car, 'approval', {
        ...said,
        status: 'awaiting_approval',
        code: 'APPROVAL_WANTED',
        message,
        remedy: 'Approve or reject it.',
      })
    }
    const remedy = 'Propose a change that policy allows.'
    const message = `Policy does not allow this: ${reasons}.`
    return this.#settle(car, { ...said, status: 'rejected', code: 'APPROVAL_DENIED', message, remedy })
  }

  /** A patch that is in the history already: a gateway died between landing and writing it down. */
  async #recordLanding(queued: QueuedPatch): Promise<void> {
    const { gateway, landedCommits, emit } = this.#options
    const { patchId } = queued.patch
    const landedCommit = landedCommits.get(patchId)
    if (landedCommit === undefined) return
    const landed = await gateway.queue.recordLanded(this.#lease, patchId, {
      status: 'landed',
      code: 'LANDED',
      message: `Landed as ${landedCommit.slice(0, 12)}, found in the history of the target.`,
      landedCommit,
    })
    this.settled.push(landed)
    emit({ type: 'recovered', patchId, detail: landedCommit })
  }
}

function gatewayFault(thrown: unknown): Refusal {
  return {
    status: 'broken',
    code: PatchlaneError.is(thrown) ? thrown.code : 'GATEWAY_FAILED',
    message: errorMessage(thrown),
    remedy: (PatchlaneError.is(thrown) ? thrown.remedy : undefined) ?? 'See the message, then propose the patch again.',
  }
}
