import { type Patch, type PatchId, patchIdSchema, type QueuedPatch, type VerdictInput } from '@patchlane/kernel'
import type { TestApi } from '@patchlane/kernel/testing'
import type { PatchDesk } from '../ports/patch-desk.ts'

/** A desk with somebody behind it who decides when told to. */
export interface PatchDeskScenario {
  readonly desk: PatchDesk
  /** A new patch that could land. */
  patch(): Promise<Patch>
  /** Decides on a proposed patch: where it awaits approval, that is the answer. */
  decide(patchId: PatchId, status: VerdictInput['status']): Promise<void>
  dispose(): Promise<void>
}

export interface PatchDeskHarness {
  open(): Promise<PatchDeskScenario>
}

/** What every {@link PatchDesk} guarantees. */
export function patchDeskContract({ it, expect }: TestApi, harness: PatchDeskHarness): void {
  const { signal } = new AbortController()
  const on = async (test: (scenario: PatchDeskScenario) => Promise<void>) => {
    const scenario = await harness.open()
    try {
      await test(scenario)
    } finally {
      await scenario.dispose()
    }
  }

  it('knows what was proposed, and nothing else', () =>
    on(async ({ desk, patch }) => {
      expect(await desk.find(patchIdSchema.parse('00000000-0000-4000-8000-000000000000'))).toBeUndefined()
      const proposed = await desk.propose(await patch())
      expect((await desk.find(proposed.patch.patchId))?.contentHash).toBe(proposed.contentHash)
    }))

  it('takes a patch once, however often it is proposed', () =>
    on(async ({ desk, patch }) => {
      const one = await patch()
      const tickets = await Promise.all([desk.propose(one), desk.propose(one)])
      expect(new Set(tickets.map(({ seq }) => seq)).size).toBe(1)
      expect((await desk.propose(one)).seq).toBe(tickets[0].seq)
    }))

  it.each(['landed', 'conflicted', 'rejected', 'stale', 'broken'] as const)('tells of a patch that is %s', (status) =>
    on(async ({ desk, patch, decide }) => {
      const { patchId } = (await desk.propose(await patch())).patch
      const moves: QueuedPatch[] = []
      const waiting = desk.settled(patchId, { signal, waitForApproval: true, onMove: (queued) => moves.push(queued) })
      await decide(patchId, status)
      expect((await waiting).status).toBe(status)
      expect(moves.at(-1)?.status).toBe(status)
      expect((await desk.settled(patchId, { signal, waitForApproval: false })).status).toBe(status)
    }),
  )

  it('tells that approval is awaited, or waits for it too', () =>
    on(async ({ desk, patch, decide }) => {
      const { patchId } = (await desk.propose(await patch())).patch
      const [short, long] = [false, true].map((waitForApproval) => desk.settled(patchId, { signal, waitForApproval }))
      await decide(patchId, 'awaiting_approval')
      expect((await short)?.status).toBe('awaiting_approval')
      await decide(patchId, 'landed')
      expect((await long)?.status).toBe('landed')
    }))

  it('stops waiting with the reason of the signal', () =>
    on(async ({ desk, patch, decide }) => {
      const { patchId } = (await desk.propose(await patch())).patch
      await decide(patchId, 'awaiting_approval')
      const stop = new AbortController()
      const waiting = desk.settled(patchId, { signal: stop.signal, waitForApproval: true })
      stop.abort(new Error('enough'))
      await expect(waiting).rejects.toThrow('enough')
      await expect(desk.settled(patchId, { signal: stop.signal, waitForApproval: true })).rejects.toThrow('enough')
    }))
}
