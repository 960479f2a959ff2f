import { temporaryRepository } from '@patchlane/git/testing'
import { type CheckReport, type ObjectId, repoIdSchema, targetNameSchema } from '@patchlane/kernel'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  ApplyGateway,
  type Check,
  FencedOutError,
  GitBranchTarget,
  landedPatchId,
  type StagingArea,
  type Target,
} from '../src/index.ts'
import { MemoryGatewayQueue, patchOn } from '../src/testing/index.ts'

/** What goes how for one patch; crashes and losses happen once. */
const fate = fc.record({
  check: fc.constantFrom<CheckReport['outcome'] | 'throws' | 'rewrites'>(
    'passed',
    'passed',
    'failed',
    'broken',
    'throws',
    'rewrites',
  ),
  approval: fc.constantFrom<'approved' | 'ask' | 'denied'>('approved', 'approved', 'ask', 'denied'),
  accident: fc.constantFrom(
    'none',
    'none',
    'lease lost in check',
    'crash before landing',
    'crash after landing',
    'fenced out',
  ),
})
const landable: ReadonlySet<string> = new Set(['passed', 'rewrites'])
type Fate = typeof fate extends fc.Arbitrary<infer T> ? T : never

function reportOf(outcome: CheckReport['outcome']): CheckReport {
  return {
    check: 'judge',
    kind: 'tests',
    outcome,
    summary: outcome,
    findings: [],
    output: '',
    changedPaths: [],
    durationMs: 0,
    cached: false,
  }
}

it('lands nothing that was not judged, under every order of check, approval, lease loss, crash and restart', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fate, { minLength: 2, maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      async (fates, concurrency) => {
        const sandbox = await temporaryRepository({ base: 'base\n' })
        try {
          await live(sandbox, fates, concurrency)
        } finally {
          await sandbox.remove()
        }
      },
    ),
    { numRuns: 12 },
  )
})

async function live(
  sandbox: Awaited<ReturnType<typeof temporaryRepository>>,
  fates: Fate[],
  concurrency: number,
): Promise<void> {
  const { repository } = sandbox
  const queue = new MemoryGatewayQueue()
  const base = await repository.resolve('main')
  const plan = new Map<string, Fate>()
  for (const [n, each] of fates.entries()) {
    const { patch } = queue.propose(await patchOn(repository, base, { [`file-${n}`]: `${n}\n` }))
    plan.set(patch.patchId, each)
  }
  const happened = new Set<string>()
  const once = (patchId: string, accident: string) => {
    if (plan.get(patchId)?.accident !== accident || happened.has(patchId)) return false
    happened.add(patchId)
    return true
  }
  // What was really said, told apart from what the gateway believes.
  const passed = new Set<string>()
  const approved = new Set<string>()

  for (let start = 0; start < fates.length * 3 + 3; start++) {
    const crash = Promise.withResolvers<'crashed'>()
    const real = new GitBranchTarget({ repository, name: targetNameSchema.parse('refs/heads/main') })
    const target: Target = {
      name: real.name,
      repository,
      head: () => real.head(),
      takeOver: (lease) => real.takeOver(lease),
      recover: (fence) => real.recover(fence),
      visible: () => real.visible(),
      async land(verdict, fence) {
        if (once(verdict.patchId, 'fenced out')) throw new FencedOutError(real.name, 'injected')
        if (once(verdict.patchId, 'crash before landing')) return hang(crash)
        await real.land(verdict, fence)
        if (once(verdict.patchId, 'crash after landing')) return hang(crash)
      },
    }
    const check: Check = {
      name: 'judge',
      kind: 'tests',
      async run({ patch, commit }) {
        if (once(patch.patchId, 'lease lost in check')) queue.expireLease()
        const wanted = plan.get(patch.patchId)?.check ?? 'failed'
        if (wanted === 'throws') throw new Error('injected')
        const outcome = wanted === 'rewrites' ? 'passed' : wanted
        if (outcome === 'passed') passed.add(await repository.treeOf(commit))
        return [reportOf(outcome)]
      },
    }
    const gateway = new ApplyGateway({
      repoId: repoIdSchema.parse('repo'),
      target,
      queue,
      owner: `gateway-${start}`,
      concurrency,
      checks: [check],
      staging: stagingThatRewrites(
        repository,
        (message) => plan.get(landedPatchId(message) ?? '')?.check === 'rewrites',
      ),
      approval: {
        async consult({ queued, tree }) {
          const decision = queued.approved ? 'approved' : (plan.get(queued.patch.patchId)?.approval ?? 'denied')
          if (decision === 'approved') approved.add(tree)
          return { decision, reasons: ['injected'] }
        },
      },
    })
    const drained = gateway.drain().catch(() => 'failed' as const)
    if ((await Promise.race([drained, crash.promise])) === 'crashed') queue.expireLease()
    for (const queued of queue.patches.values()) {
      if (queued.status === 'awaiting_approval' && start % 2 === 1)
        await queue.reenter(queued.patch.patchId, { approved: true })
    }
  }

  const landed = await repository.log({ to: 'main', after: base, firstParent: true })
  for (const { tree, message } of landed) {
    expect(passed.has(tree)).toBe(true)
    expect(approved.has(tree)).toBe(true)
    expect(plan.get(landedPatchId(message) ?? '')?.approval).not.toBe('denied')
  }
  const inHistory = landed.map(({ message }) => landedPatchId(message)).sort()
  const onRecord = [...queue.patches.values()]
    .filter(({ status }) => status === 'landed')
    .map(({ patch }) => patch.patchId)
  expect(onRecord.sort()).toEqual(inHistory)
  // The other half, without which landing nothing at all would do: what may land does, whatever befell it.
  const mayLand = [...plan].filter(([, { check, approval }]) => landable.has(check) && approval !== 'denied')
  expect(inHistory).toEqual(mayLand.map(([patchId]) => patchId).sort())
  expect(await repository.status()).toEqual([])
}

/** A dead process does nothing any more. */
function hang(crash: PromiseWithResolvers<'crashed'>): Promise<never> {
  crash.resolve('crashed')
  return new Promise(() => {})
}

/** Staging without worktrees; once per commit it claims that the check added a line. */
function stagingThatRewrites(repository: Target['repository'], wants: (message: string) => boolean): StagingArea {
  return {
    async acquire(commit) {
      const { message, tree } = await repository.readCommit(commit)
      let now: ObjectId = tree
      return {
        directory: '/nowhere',
        async capture(paths) {
          const [path] = paths
          const isNew = now === tree && wants(message)
          if (!isNew || path === undefined) return { tree: now, changed: [], putBack: [] }
          const oid = await repository.writeBlob(Buffer.from('rewritten\n'))
          now = await repository.writeTree(tree, [{ path, entry: { mode: '100644', oid } }])
          return { tree: now, changed: [path], putBack: [] }
        },
        adopt: async () => {},
        release: async () => {},
      }
    },
    close: async () => {},
  }
}
