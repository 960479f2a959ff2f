import { type CheckReport, errorMessage, type ObjectId, type QueuedPatch } from '@patchlane/kernel'
import type { LimitFunction } from 'p-limit'
import { type AdmissionPolicy, admit } from './admission.ts'
import type { Judged } from './car.ts'
import type { ApplyGatewayOptions, GatewayEvent } from './gateway-options.ts'
import { Judgement } from './landing-verdict.ts'
import type { Refusal } from './refusal.ts'
import { inOrder, runChecks } from './run-checks.ts'
import type { PatchStager, Staged, StageOutcome } from './stage-patch.ts'

export interface JudgeOptions {
  gateway: ApplyGatewayOptions
  stager: PatchStager
  admission: AdmissionPolicy
  limit: LimitFunction
  emit(event: GatewayEvent): void
}

/** Walks a patch from admission to the end of its checks. Changes nothing outside staging. */
export class Judge {
  readonly #options: JudgeOptions

  constructor(options: JudgeOptions) {
    this.#options = options
  }

  /** Admission and merge. */
  async stage(queued: QueuedPatch, onto: ObjectId, signal: AbortSignal): Promise<StageOutcome> {
    const { gateway, stager, admission } = this.#options
    const { patch } = queued
    if (
      patch.repoId !== gateway.repoId ||
      patch.target !== gateway.target.name ||
      patch.base.repoId !== gateway.repoId
    ) {
      const message = `The patch is for ${patch.repoId} ${patch.target}, not for ${gateway.repoId} ${gateway.target.name}.`
      return { refusal: { status: 'rejected', code: 'PATCH_WRONG_TARGET', message } }
    }
    const refusal = await admit(gateway.target.repository, patch, admission)
    if (refusal !== undefined) return { refusal }
    const freshness = await gateway.freshness?.check({ stamp: patch.base, readSet: patch.readSet, head: onto })
    if (freshness !== undefined && !freshness.accepted) return { refusal: stale(freshness.reason) }
    return stager.stage({ patch, onto, signal })
  }

  /** The checks, on a staged patch. `onStart` is called when it is its turn. */
  async check(queued: QueuedPatch, staged: Staged, signal: AbortSignal, onStart: () => Promise<void>): Promise<Judged> {
    const { gateway, stager, limit } = this.#options
    const checks = inOrder(gateway.checks ?? [])
    const judgement = new Judgement(staged, {
      checks: checks.map((check) => check.name),
      approval: gateway.approval !== undefined,
    })
    if (checks.length === 0) {
      await onStart()
      judgement.preserved(staged.tree)
      return { kind: 'passed', staged, judgement, reports: [] }
    }
    return limit(async () => {
      if (signal.aborted) return { kind: 'stopped' }
      await onStart()
      const result = await this.#runChecks(queued, staged, judgement, signal)
      if (signal.aborted) return { kind: 'stopped' }
      if (!result.passed) {
        return {
          kind: 'refused',
          refusal: checkRefusal(result.reports),
          reports: result.reports,
          staged: result.staged,
        }
      }
      const lost = result.staged.tree === staged.tree ? [] : await stager.lostWork(queued.patch, result.staged)
      if (lost.length > 0) {
        const message = `The checks' own rewriting would lose landed work in ${lost.map(({ path }) => path).join(', ')}.`
        const refusal: Refusal = { status: 'conflicted', code: 'WORK_WOULD_BE_LOST', message, conflicts: lost }
        return { kind: 'refused', refusal, reports: result.reports, staged: result.staged }
      }
      judgement.preserved(result.staged.tree)
      return { kind: 'passed', staged: result.staged, judgement, reports: result.reports }
    })
  }

  async #runChecks(queued: QueuedPatch, staged: Staged, judgement: Judgement, signal: AbortSignal) {
    const { gateway, stager, emit } = this.#options
    const { patchId } = queued.patch
    try {
      if (gateway.staging === undefined) throw new Error('the gateway has checks but no staging area')
      const tree = await gateway.staging.acquire(staged.commit)
      try {
        return await runChecks({
          repository: gateway.target.repository,
          patch: queued.patch,
          staged,
          judgement,
          tree,
          checks: gateway.checks ?? [],
          recommit: (newTree) => stager.commit(queued.patch, staged.base, newTree),
          timeoutMs: gateway.checkTimeoutMs ?? 1_800_000,
          signal,
          log: (check, line) => emit({ type: 'check', patchId, detail: `${check}: ${line}` }),
        })
      } finally {
        await tree.release()
      }
    } catch (thrown) {
      const report: CheckReport = {
        check: 'staging',
        kind: 'format',
        outcome: 'broken',
        summary: `Staging failed: ${errorMessage(thrown)}`,
        findings: [],
        output: '',
        changedPaths: [],
        durationMs: 0,
        cached: false,
      }
      return { staged, reports: [report], passed: false }
    }
  }
}

function stale(reason: string): Refusal {
  return {
    status: 'stale',
    code: 'PATCH_STALE',
    message: `What the patch was made from has moved: ${reason}.`,
    remedy: 'Read the context again at the head given here and repeat the change.',
  }
}

function checkRefusal(reports: readonly CheckReport[]): Refusal {
  const broken = reports.find(({ outcome }) => outcome === 'broken')
  if (broken !== undefined) {
    const remedy = 'Mend the tool or its installation, then propose the patch again.'
    return { status: 'broken', code: 'CHECK_BROKEN', message: `${broken.check}: ${broken.summary}`, remedy }
  }
  const failed = reports.filter(({ outcome }) => outcome === 'failed')
  const message = failed.map(({ check, summary }) => `${check}: ${summary}`).join('; ')
  return { status: 'rejected', code: 'CHECK_FAILED', message, remedy: 'Mend what the findings name and propose again.' }
}
