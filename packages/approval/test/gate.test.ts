import type { EventDraft } from '@patchlane/kernel'
import { ManualClock, versionOf } from '@patchlane/kernel/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Approval,
  ApprovalGate,
  ApprovalPolicy,
  type ApprovalRule,
  contentKey,
  MemoryApprovalStore,
  RiskAssessor,
} from '../src/index.ts'
import { consultationFixture } from '../src/testing/index.ts'

const workflow = (text = 'b\n') => ({
  changes: [
    { kind: 'modify' as const, path: '.github/workflows/ci.yml', before: versionOf('a\n'), after: versionOf(text) },
  ],
})

function setUp(rules: ApprovalRule[] = []) {
  const clock = new ManualClock()
  const store = new MemoryApprovalStore({ clock })
  const told: Approval[] = []
  const events: EventDraft[] = []
  const channel = { name: 'test', announce: async (approval: Approval) => void told.push(approval) }
  const gate = new ApprovalGate({
    assessor: new RiskAssessor(),
    policy: new ApprovalPolicy(rules),
    store,
    channels: [channel],
    events: { publish: async (event) => events.push(event) },
    ttlMs: 1000,
  })
  return { gate, store, told, events, clock }
}

describe('ApprovalGate', () => {
  it('lets a small ordinary change pass by itself', async () => {
    expect(await setUp().gate.consult(consultationFixture())).toMatchObject({
      decision: 'approved',
      risk: { level: 'low' },
    })
  })

  it('asks a person about CI, once, and takes the answer for exactly that change', async () => {
    const { gate, told, events } = setUp()
    const consultation = consultationFixture(workflow())
    const asked = await gate.consult(consultation)
    expect(asked).toMatchObject({ decision: 'ask', reasons: ['it changes what runs in continuous integration'] })
    await gate.consult(consultation)
    expect(told).toHaveLength(1)
    await gate.answer(asked.approvalId ?? '', { decision: 'approved', by: 'ada', channel: 'terminal' })
    expect(await gate.consult(consultation)).toMatchObject({ decision: 'approved', reasons: ['approved by ada'] })
    expect(await gate.consult({ ...consultation, base: consultation.commit })).toMatchObject({ decision: 'approved' })
    const mutated = { ...consultation, changes: consultationFixture(workflow('c\n')).changes }
    expect(await gate.consult(mutated)).toMatchObject({ decision: 'ask' })
    expect(events.map((event) => event.type)).toEqual(['approval.requested', 'approval.answered', 'approval.requested'])
  })

  it('does not take an answer for another patch, after it expired, or from its author', async () => {
    const { gate, clock } = setUp()
    const consultation = consultationFixture(workflow())
    const { approvalId = '' } = await gate.consult(consultation)
    await expect(gate.answer(approvalId, { decision: 'approved', by: 'tester', channel: 'web' })).rejects.toMatchObject(
      {
        code: 'APPROVAL_BY_AUTHOR',
      },
    )
    clock.advance(2000)
    await expect(gate.answer(approvalId, { decision: 'approved', by: 'ada', channel: 'web' })).rejects.toMatchObject({
      code: 'APPROVAL_SETTLED',
    })
    const again = await gate.consult(consultation)
    await gate.answer(again.approvalId ?? '', { decision: 'approved', by: 'ada', channel: 'web' })
    expect(await gate.consult(consultationFixture(workflow()))).toMatchObject({ decision: 'ask' })
  })

  it('tells the agent who refused and why', async () => {
    const { gate } = setUp()
    const consultation = consultationFixture(workflow())
    const { approvalId = '' } = await gate.consult(consultation)
    await gate.answer(approvalId, { decision: 'denied', by: 'ada', note: 'too soon', channel: 'web' })
    expect(await gate.consult(consultation)).toMatchObject({
      decision: 'denied',
      reasons: ['refused by ada: too soon'],
    })
  })

  it('leaves the question open when a channel fails', async () => {
    const failures: string[] = []
    const store = new MemoryApprovalStore()
    const gate = new ApprovalGate({
      assessor: new RiskAssessor(),
      policy: new ApprovalPolicy(),
      store,
      channels: [{ name: 'down', announce: () => Promise.reject(new Error('unreachable')) }],
      onChannelError: (channel) => failures.push(channel),
    })
    expect((await gate.consult(consultationFixture(workflow()))).decision).toBe('ask')
    expect(failures).toEqual(['down'])
  })
})

describe('ApprovalPolicy', () => {
  it('lets deny win, and no rule wave a floor through', async () => {
    const auto: ApprovalRule = { decision: 'auto' }
    expect((await setUp([auto]).gate.consult(consultationFixture(workflow()))).decision).toBe('ask')
    const deny: ApprovalRule = { paths: ['.github/**'], decision: 'deny', reason: 'CI is frozen' }
    expect(await setUp([auto, deny]).gate.consult(consultationFixture(workflow()))).toMatchObject({
      decision: 'denied',
      reasons: ['CI is frozen'],
    })
    expect((await setUp([auto, deny]).gate.consult(consultationFixture())).decision).toBe('approved')
  })

  it('has rules by agent and by path', async () => {
    const rules: ApprovalRule[] = [{ agents: ['test*'], paths: ['*.txt'], decision: 'ask', reason: 'new agent' }]
    expect(await setUp(rules).gate.consult(consultationFixture())).toMatchObject({
      decision: 'ask',
      reasons: ['new agent'],
    })
    expect((await setUp(rules).gate.consult(consultationFixture({ author: { agent: 'other' } }))).decision).toBe(
      'approved',
    )
  })

  it('changes its version with its rules', () => {
    expect(new ApprovalPolicy([]).version).toBe(new ApprovalPolicy([]).version)
    expect(new ApprovalPolicy([{ decision: 'ask' }]).version).not.toBe(new ApprovalPolicy([]).version)
  })
})

describe('contentKey', () => {
  it('is the same for the same change in any order, and another after any mutation', () => {
    const file = fc.record({ path: fc.stringMatching(/^[a-z]{1,8}$/), text: fc.string() })
    fc.assert(
      fc.property(
        fc.uniqueArray(file, { minLength: 1, maxLength: 5, selector: (f) => f.path }),
        fc.nat(),
        fc.string(),
        (files, at, text) => {
          const changes = (list: typeof files) =>
            consultationFixture({
              changes: list.map((f) => ({ kind: 'create' as const, path: f.path, after: versionOf(f.text) })),
            }).changes
          const key = contentKey(changes(files), 'v')
          expect(contentKey(changes([...files].reverse()), 'v')).toBe(key)
          expect(contentKey(changes(files), 'w')).not.toBe(key)
          const mutated = files.map((f, index) => (index === at % files.length ? { ...f, text } : f))
          const same = mutated.every((f, index) => f.text === files[index]?.text)
          expect(contentKey(changes(mutated), 'v') === key).toBe(same)
        },
      ),
      { numRuns: 200 },
    )
  })
})
