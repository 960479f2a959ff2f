import { randomUUID } from 'node:crypto'
import { patchIdSchema, repoIdSchema, targetNameSchema } from '@patchlane/kernel'
import type { TestApi } from '@patchlane/kernel/testing'
import type { ApprovalDraft } from '../approval.ts'
import type { ApprovalStore } from '../approval-store.ts'

export interface ApprovalStoreHarness {
  /** A handle on the store; where `sharesState`, all handles see the same rows. */
  open(): Promise<ApprovalStore>
  /** False only where state belongs to one handle. */
  readonly sharesState: boolean
  /** Lets the store's clock run on. */
  advance(milliseconds: number): Promise<void>
}

function draft(overrides: Partial<ApprovalDraft> = {}): ApprovalDraft {
  return {
    repoId: repoIdSchema.parse(`repo-${randomUUID()}`),
    target: targetNameSchema.parse('refs/heads/main'),
    patchId: patchIdSchema.parse(randomUUID()),
    author: 'agent-1',
    title: 'Change the workflow',
    contentKey: 'key-1',
    risk: { level: 'high', score: 40, reasons: [] },
    reasons: ['it changes what runs in continuous integration'],
    policyVersion: 'v1',
    ttlMs: 1000,
    ...overrides,
  }
}

const yes = { decision: 'approved', by: 'ada', channel: 'terminal' } as const

/** What every adapter of {@link ApprovalStore} must do. */
export function approvalStoreContract({ it, expect }: TestApi, harness: ApprovalStoreHarness): void {
  it('opens one question about one content, however often it is asked', async () => {
    const first = await harness.open()
    const second = harness.sharesState ? await harness.open() : first
    const asked = draft()
    const [a, b] = await Promise.all([first.open(asked), second.open(asked)])
    expect(b).toEqual(a)
    expect(a).toMatchObject({ status: 'pending', author: 'agent-1', answeredBy: null, expiresAt: a.requestedAt + 1000 })
    expect(await first.find(asked.patchId, 'key-1')).toEqual(a)
    expect(await first.get(a.approvalId)).toEqual(a)
  })

  it('replaces an open question when the content changes', async () => {
    const store = await harness.open()
    const asked = draft()
    const old = await store.open(asked)
    const next = await store.open({ ...asked, contentKey: 'key-2' })
    expect(next.approvalId).not.toBe(old.approvalId)
    expect((await store.get(old.approvalId))?.status).toBe('replaced')
    await expect(store.answer(old.approvalId, yes)).rejects.toMatchObject({ code: 'APPROVAL_SETTLED' })
    expect(await store.find(asked.patchId, 'key-2')).toEqual(next)
  })

  it('takes one of two racing answers', async () => {
    const first = await harness.open()
    const second = harness.sharesState ? await harness.open() : first
    const { approvalId } = await first.open(draft())
    const answers = await Promise.allSettled([
      first.answer(approvalId, { ...yes, note: 'looks right' }),
      second.answer(approvalId, { ...yes, decision: 'denied' }),
    ])
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1)
    const stored = await first.get(approvalId)
    expect(stored).toMatchObject({ answeredBy: 'ada', channel: 'terminal' })
    expect(['approved', 'denied']).toContain(stored?.status)
  })

  it('does not let the author approve, but lets the author take it back', async () => {
    const store = await harness.open()
    const { approvalId } = await store.open(draft())
    await expect(store.answer(approvalId, { ...yes, by: 'agent-1' })).rejects.toMatchObject({
      code: 'APPROVAL_BY_AUTHOR',
    })
    expect((await store.get(approvalId))?.status).toBe('pending')
    expect((await store.answer(approvalId, { ...yes, by: 'agent-1', decision: 'denied' })).status).toBe('denied')
  })

  it('lets a question expire', async () => {
    const store = await harness.open()
    const asked = draft()
    const { approvalId } = await store.open(asked)
    await harness.advance(1500)
    expect((await store.get(approvalId))?.status).toBe('expired')
    expect(await store.list({ repoId: asked.repoId, status: ['pending'] })).toEqual([])
    await expect(store.answer(approvalId, yes)).rejects.toMatchObject({ code: 'APPROVAL_SETTLED' })
    expect((await store.open(asked)).approvalId).not.toBe(approvalId)
  })

  it('uses an approval for the patch it was given to, and nothing that was not approved', async () => {
    const store = await harness.open()
    const { approvalId } = await store.open(draft())
    await expect(store.use(approvalId)).rejects.toMatchObject({ code: 'APPROVAL_SETTLED' })
    await store.answer(approvalId, yes)
    await store.use(approvalId)
    await store.use(approvalId)
    expect((await store.get(approvalId))?.status).toBe('used')
    await expect(store.use(randomUUID())).rejects.toMatchObject({ code: 'APPROVAL_NOT_FOUND' })
  })

  it('lists the newest first, of one repository, by status', async () => {
    const store = await harness.open()
    const one = draft()
    const two = draft({ repoId: one.repoId })
    const first = await store.open(one)
    await harness.advance(10)
    const second = await store.open(two)
    await store.open(draft())
    expect((await store.list({ repoId: one.repoId })).map((approval) => approval.approvalId)).toEqual([
      second.approvalId,
      first.approvalId,
    ])
    expect(await store.list({ repoId: one.repoId, status: ['denied'] })).toEqual([])
    expect(await store.list({ repoId: one.repoId, target: 'refs/heads/other' })).toEqual([])
  })
}
