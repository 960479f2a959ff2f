import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TemporaryRepository, temporaryRepository } from '@patchlane/git/testing'
import { type CheckReport, parseRepoPath, repoIdSchema, targetNameSchema } from '@patchlane/kernel'
import { afterEach, describe, expect, it } from 'vitest'
import { CheckoutBusyError } from '../src/errors.ts'
import {
  ApplyGateway,
  type ApplyGatewayOptions,
  type Check,
  GitBranchTarget,
  GitStagingArea,
  landedPatchId,
} from '../src/index.ts'
import { MemoryGatewayQueue, patchOn } from '../src/testing/index.ts'

const repoId = repoIdSchema.parse('repo')
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function setUp(files: Record<string, string>, options: Partial<ApplyGatewayOptions> = {}) {
  const sandbox: TemporaryRepository = await temporaryRepository(files)
  cleanups.push(sandbox.remove)
  const root = await mkdtemp(join(tmpdir(), 'patchlane-staging-'))
  cleanups.push(() => rm(root, { recursive: true, force: true }))
  const { repository } = sandbox
  const queue = new MemoryGatewayQueue()
  const target = new GitBranchTarget({ repository, name: targetNameSchema.parse('refs/heads/main'), indexWaitMs: 100 })
  const staging = new GitStagingArea({ repository, root })
  const make = (more: Partial<ApplyGatewayOptions> = {}) =>
    new ApplyGateway({ repoId, target, queue, owner: 'gateway-1', staging, ...options, ...more })
  const head = await repository.resolve('main')
  const read = (path: string) => readFile(join(sandbox.directory, path), 'utf8')
  const propose = async (changes: Record<string, string | null>, overrides: object = {}, base = head) =>
    queue.propose(await patchOn(repository, base, changes, overrides)).patch.patchId
  return { sandbox, repository, queue, target, make, head, read, propose, gateway: make() }
}

function report(
  check: string,
  kind: CheckReport['kind'],
  outcome: CheckReport['outcome'],
  summary: string = outcome,
): CheckReport {
  return { check, kind, outcome, summary, findings: [], output: '', changedPaths: [], durationMs: 0, cached: false }
}

/** Fails a patch whose files hold the word. */
function wordCheck(word: string): Check {
  return {
    name: `no ${word}`,
    kind: 'tests',
    async run({ directory, paths }) {
      const texts = await Promise.all(paths.map((path) => readFile(join(directory, path), 'utf8')))
      const bad = texts.some((text) => text.includes(word))
      return [report(`no ${word}`, 'tests', bad ? 'failed' : 'passed', bad ? `found ${word}` : 'fine')]
    },
  }
}

const ten = (changes: Record<number, string> = {}) =>
  `${Array.from({ length: 10 }, (_, n) => changes[n + 1] ?? `line ${n + 1}`).join('\n')}\n`

describe('the road of a patch', () => {
  it('lands patches in order, with trailers, and moves the checkout', async () => {
    const { gateway, propose, repository, sandbox, queue, read } = await setUp({ 'a.txt': ten(), b: 'b\n' })
    const ids = [
      await propose({ 'a.txt': ten({ 1: 'first' }) }, { title: 'One', author: { agent: 'alpha', runId: 'run' } }),
      await propose({ 'a.txt': ten({ 9: 'second' }), 'new/file': 'new\n' }, { title: 'Two' }),
      await propose({ b: null }, { title: 'Three', description: 'Why.\n\nPatchlane-Patch: forged' }),
    ]
    const result = await gateway.drain()
    expect(result.settled.map(({ patch, status }) => [patch.patchId, status])).toEqual(ids.map((id) => [id, 'landed']))
    expect(await read('a.txt')).toBe(ten({ 1: 'first', 9: 'second' }))
    expect(await repository.status()).toEqual([])
    const log = (await repository.log({ to: 'main', max: 3 })).reverse()
    expect(log.map((entry) => landedPatchId(entry.message))).toEqual(ids)
    expect(log[0]?.trailers.get('Patchlane-Run')).toEqual(['run'])
    expect(log.map(({ commit }) => commit)).toEqual(ids.map((id) => queue.get(id).verdict?.landedCommit))
    expect(queue.get(ids[1] ?? '').verdict?.merges).toEqual({ 'a.txt': 'merge-ort' })
    expect(await sandbox.git('fsck', '--strict', '--no-dangling')).toBe('')
  })

  it('returns a conflict with markers and the head to start from, and goes on behind it', async () => {
    const { gateway, propose, queue, repository } = await setUp({ 'a.txt': ten() })
    await propose({ 'a.txt': ten({ 5: 'ours' }) })
    const second = await propose({ 'a.txt': ten({ 5: 'theirs' }) })
    const third = await propose({ c: 'c\n' })
    await gateway.drain()
    const { status, verdict } = queue.get(second)
    expect(status).toBe('conflicted')
    expect(verdict?.conflicts[0]?.marked).toContain(
      '<<<<<<< target\nours\n||||||| base\nline 5\n=======\ntheirs\n>>>>>>> patch',
    )
    expect(verdict?.rollback?.exact).toBe(true)
    expect(queue.get(third).status).toBe('landed')
    expect(verdict?.head?.commit).toBe((await repository.readCommit('main')).parents[0])
  })

  it('rejects what fails a check, stages again what stood on it, and proves that nothing is left', async () => {
    const { make, propose, queue, read, repository, head } = await setUp({ 'a.txt': ten(), b: 'b\n' })
    const bad = await propose({ 'a.txt': ten({ 1: 'poison' }) })
    const good = await propose({ 'a.txt': ten({ 9: 'good' }) })
    await make({ checks: [wordCheck('poison')] }).drain()
    expect(queue.get(bad)).toMatchObject({
      status: 'rejected',
      verdict: { code: 'CHECK_FAILED', rollback: { exact: true } },
    })
    expect(queue.get(good).status).toBe('landed')
    expect(await read('a.txt')).toBe(ten({ 9: 'good' }))
    expect((await repository.readCommit('main')).parents).toEqual([head])
  })

  it('does not take folders that came and went with a landing for the work of somebody else', async () => {
    const { make, propose, queue } = await setUp({ file: 'f\n', 'd/in/x': 'x\n', e: 'e\n' })
    await propose({ file: null, 'file/in': 'in\n', 'd/in/x': null, d: 'd\n', 'new/deep/y': 'y\n' })
    const bad = await propose({ e: 'poison\n' })
    await make({ checks: [wordCheck('poison')], window: { start: 1, max: 1 } }).drain()
    const { verdict } = queue.get(bad)
    expect(verdict).toMatchObject({ code: 'CHECK_FAILED', rollback: { exact: true } })
    expect(verdict?.message).not.toContain('Meanwhile')
  })

  it('checks the second patch on top of the first while the first is still being checked', async () => {
    const bases = new Map<string, string>()
    const commits = new Map<string, string>()
    const both = Promise.withResolvers<void>()
    const meet: Check = {
      name: 'meet',
      kind: 'tests',
      async run({ patch, base, commit }) {
        bases.set(patch.title, base)
        commits.set(patch.title, commit)
        if (bases.size === 2) both.resolve()
        await both.promise
        return [report('meet', 'tests', 'passed')]
      },
    }
    const { make, propose, repository, head } = await setUp({ a: 'a\n' })
    await propose({ b: 'b\n' }, { title: 'one' })
    await propose({ c: 'c\n' }, { title: 'two' })
    await make({ checks: [meet], concurrency: 2 }).drain()
    expect(bases.get('one')).toBe(head)
    expect(bases.get('two')).toBe(commits.get('one'))
    expect(await repository.resolve('main')).toBe(commits.get('two'))
  })

  it('lands what a formatter made of it, judged by every check', async () => {
    const seen: string[] = []
    const formatter: Check = {
      name: 'upper',
      kind: 'format',
      async run({ directory, paths }) {
        for (const path of paths) {
          const text = await readFile(join(directory, path), 'utf8')
          await writeFile(join(directory, path), text.toUpperCase())
        }
        await writeFile(join(directory, 'b'), 'not of the patch\n')
        await writeFile(join(directory, 'litter'), 'x')
        return [report('upper', 'format', 'passed')]
      },
    }
    const watcher: Check = {
      name: 'watch',
      kind: 'tests',
      async run({ directory, paths }) {
        for (const path of paths) seen.push(await readFile(join(directory, path), 'utf8'))
        return [report('watch', 'tests', 'passed')]
      },
    }
    const { make, propose, queue, read, repository } = await setUp({ a: 'a\n', b: 'b\n' })
    const id = await propose({ a: 'new\n' })
    await make({ checks: [watcher, formatter] }).drain()
    expect(queue.get(id).status).toBe('landed')
    expect(await read('a')).toBe('NEW\n')
    expect(seen).toEqual(['NEW\n'])
    expect(queue.get(id).verdict?.checks[0]).toMatchObject({ check: 'upper', outcome: 'fixed', changedPaths: ['a'] })
    expect((await repository.listTree('main')).map(({ path }) => path)).toEqual(['a', 'b'])
    expect(await read('b')).toBe('b\n')
  })

  it('reports the tool that rewrote files as fixed, and the others of the same check as they said last', async () => {
    const tools: Check = {
      name: 'tools',
      kind: 'format',
      async run({ directory }) {
        const file = join(directory, 'a')
        const text = await readFile(file, 'utf8')
        const dirty = text !== text.toUpperCase()
        await writeFile(file, text.toUpperCase())
        const upper = { ...report('upper', 'format', dirty ? 'fixed' : 'passed'), changedPaths: [parseRepoPath('a')] }
        return [upper, { ...report('types', 'diagnostics', 'passed'), summary: dirty ? 'first' : 'last' }]
      },
    }
    const { make, propose, queue } = await setUp({ a: 'a\n' })
    const id = await propose({ a: 'new\n' })
    await make({ checks: [tools] }).drain()
    expect(queue.get(id).verdict?.checks.map(({ check, outcome, summary }) => [check, outcome, summary])).toEqual([
      ['upper', 'fixed', expect.anything()],
      ['types', 'passed', 'last'],
    ])
  })

  it('is broken, not passed, when a check throws or tools undo each other', async () => {
    const thrower: Check = { name: 'thrower', kind: 'lint', run: () => Promise.reject(new Error('no such tool')) }
    let n = 0
    const restless: Check = {
      name: 'restless',
      kind: 'format',
      async run({ directory }) {
        await writeFile(join(directory, 'a'), `${n++}\n`)
        return [report('restless', 'format', 'passed')]
      },
    }
    for (const check of [thrower, restless]) {
      const { make, propose, queue, head, repository } = await setUp({ a: 'a\n' })
      const id = await propose({ a: 'new\n' })
      await make({ checks: [check] }).drain()
      expect(queue.get(id)).toMatchObject({ status: 'broken', verdict: { code: 'CHECK_BROKEN' } })
      expect(await repository.resolve('main')).toBe(head)
    }
  })

  it('parks what a person has to approve and lands it once approved, in front of others', async () => {
    const asked: string[] = []
    const { make, propose, queue, read } = await setUp({ a: 'a\n', b: 'b\n' })
    const risky = await propose({ a: 'risky\n' })
    const other = await propose({ b: 'other\n' })
    const approval: ApplyGatewayOptions['approval'] = {
      async consult({ queued, changes }) {
        asked.push(changes.map(({ path }) => path).join())
        if (queued.patch.patchId !== risky || queued.approved) return { decision: 'approved', reasons: [] }
        return { decision: 'ask', reasons: ['it is risky'] }
      },
    }
    const gateway = make({ approval })
    const first = await gateway.drain()
    expect(first.parked.map(({ patch }) => patch.patchId)).toEqual([risky])
    expect(queue.get(other).status).toBe('landed')
    expect(await read('a')).toBe('a\n')
    await queue.reenter(risky, { approved: true })
    await gateway.drain()
    expect(queue.get(risky).status).toBe('landed')
    expect(await read('a')).toBe('risky\n')
    expect(asked).toEqual(['a', 'b', 'a'])
  })

  it('refuses by policy', async () => {
    const { make, propose, queue } = await setUp({ a: 'a\n' })
    const id = await propose({ a: 'b\n' })
    await make({ approval: { consult: async () => ({ decision: 'denied', reasons: ['never'] }) } }).drain()
    expect(queue.get(id)).toMatchObject({ status: 'rejected', verdict: { code: 'APPROVAL_DENIED' } })
  })

  it('does nothing while another gateway has the target', async () => {
    const { gateway, queue, propose, head } = await setUp({ a: 'a\n' })
    await propose({ a: 'b\n' })
    await queue.lease({ repoId: 'repo', target: 'refs/heads/main', owner: 'other' })
    expect(await gateway.drain()).toEqual({ lease: null, settled: [], parked: [], head, recovered: [] })
  })

  it('stops at the signal and gives back what it had in hand', async () => {
    const stop = new AbortController()
    const endless: Check = {
      name: 'endless',
      kind: 'tests',
      run: ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve([report('endless', 'tests', 'broken')]))
          stop.abort()
        }),
    }
    const { make, propose, queue, head, repository } = await setUp({ a: 'a\n' })
    const id = await propose({ a: 'b\n' })
    await make({ checks: [endless] }).drain({ signal: stop.signal })
    expect(queue.get(id).status).toBe('queued')
    expect(await repository.resolve('main')).toBe(head)
  })

  it('watches until the signal', async () => {
    const { gateway, propose, queue } = await setUp({ a: 'a\n' })
    const stop = new AbortController()
    const ids = [await propose({ a: 'b\n' })]
    const watching = gateway.watch({
      signal: stop.signal,
      idleMs: 10,
      onReport: ({ head }) => {
        if (ids.length === 2) stop.abort()
        else void propose({ c: 'c\n' }, {}, head).then((id) => ids.push(id))
      },
    })
    await watching
    expect(ids.map((id) => queue.get(id).status)).toEqual(['landed', 'landed'])
  })

  it('ends at once when told so while it waits', async () => {
    const { gateway } = await setUp({ a: 'a\n' })
    const stop = new AbortController()
    await gateway.watch({
      signal: stop.signal,
      idleMs: 3_600_000,
      wake: () => {
        stop.abort()
        return new Promise(() => {})
      },
    })
  })
})

describe('work of the user', () => {
  it('is left alone beside a landing', async () => {
    const { gateway, propose, sandbox, read, queue, repository } = await setUp({ a: 'a\n', b: 'b\n', c: 'c\n' })
    await sandbox.write('b', 'unsaved work\n')
    await sandbox.write('c', 'staged work\n')
    await sandbox.git('add', 'c')
    await sandbox.write('untracked', 'mine\n')
    const id = await propose({ a: 'landed\n' })
    await gateway.drain()
    expect(queue.get(id).status).toBe('landed')
    expect([await read('a'), await read('b'), await read('untracked')]).toEqual([
      'landed\n',
      'unsaved work\n',
      'mine\n',
    ])
    expect((await repository.status()).map(({ path, index, workTree }) => `${index}${workTree} ${path}`)).toEqual([
      '.M b',
      'M. c',
      '?? untracked',
    ])
  })

  it.each([
    ['an edit', 'a', 'mine\n'],
    ['an untracked file', 'new', 'mine\n'],
    ['an ignored file', 'ignored', 'mine\n'],
  ])('parks a patch that %s is in the way of, and lands it when it is gone', async (_, path, content) => {
    const { gateway, propose, sandbox, read, queue, repository, head } = await setUp({
      a: 'a\n',
      '.gitignore': 'ignored\n',
    })
    await sandbox.write(path, content)
    const id = await propose({ a: 'landed\n', new: 'landed\n', ignored: 'landed\n' })
    await gateway.drain()
    expect(queue.get(id)).toMatchObject({
      status: 'awaiting_approval',
      parkedFor: 'checkout',
      verdict: { overlaps: [path] },
    })
    expect(queue.get(id).verdict?.rollback?.exact).toBe(true)
    expect(await read(path)).toBe(content)
    expect(await repository.resolve('main')).toBe(head)
    await gateway.drain()
    expect(queue.get(id).status).toBe('awaiting_approval')
    if (path === 'a') await sandbox.git('checkout', '--', 'a')
    else await rm(join(sandbox.directory, path))
    await gateway.drain()
    expect(queue.get(id).status).toBe('landed')
    expect(await repository.status()).toEqual([])
  })

  it('waits for a merge, a rebase or another git command', async () => {
    const { gateway, propose, sandbox, queue } = await setUp({ a: 'a\n' })
    const id = await propose({ a: 'landed\n' })
    await writeFile(join(sandbox.directory, '.git/MERGE_HEAD'), '')
    await gateway.drain()
    expect(queue.get(id)).toMatchObject({ parkedFor: 'checkout', verdict: { code: 'APPLY_GATEWAY_CHECKOUT_BUSY' } })
    await rm(join(sandbox.directory, '.git/MERGE_HEAD'))
    await writeFile(join(sandbox.directory, '.git/index.lock'), '')
    await gateway.drain()
    expect(queue.get(id).verdict?.message).toContain('index.lock')
    expect(await readFile(join(sandbox.directory, '.git/index.lock'), 'utf8')).toBe('')
    await rm(join(sandbox.directory, '.git/index.lock'))
    await gateway.drain()
    expect(queue.get(id).status).toBe('landed')
  })

  it('commits between patches are kept, and the patch is staged on them', async () => {
    const { make, propose, sandbox, queue, read } = await setUp({ 'a.txt': ten() })
    const id = await propose({ 'a.txt': ten({ 1: 'patch' }) })
    let committed = false
    const interrupt: Check = {
      name: 'interrupt',
      kind: 'tests',
      async run() {
        if (!committed) await sandbox.commit({ 'a.txt': ten({ 9: 'user' }) }, 'By hand')
        committed = true
        return [report('interrupt', 'tests', 'passed')]
      },
    }
    await make({ checks: [interrupt] }).drain()
    expect(queue.get(id).status).toBe('landed')
    expect(await read('a.txt')).toBe(ten({ 1: 'patch', 9: 'user' }))
  })
})

describe('targets that are not checked out', () => {
  it('moves only the branch', async () => {
    const { gateway, propose, sandbox, read, repository, queue } = await setUp({ a: 'a\n' })
    await sandbox.git('checkout', '--quiet', '-b', 'elsewhere')
    const id = await propose({ a: 'landed\n' })
    await gateway.drain()
    expect(queue.get(id).status).toBe('landed')
    expect(await read('a')).toBe('a\n')
    expect((await repository.readBlob('main:a')).toString()).toBe('landed\n')
    expect(await repository.status()).toEqual([])
  })

  it('moves the files of a linked worktree that has the branch', async () => {
    const { gateway, propose, sandbox, repository } = await setUp({ a: 'a\n' })
    await sandbox.git('checkout', '--quiet', '-b', 'elsewhere')
    const linked = await mkdtemp(join(tmpdir(), 'patchlane-linked-'))
    cleanups.push(() => rm(linked, { recursive: true, force: true }))
    await sandbox.git('worktree', 'add', '--quiet', join(linked, 'tree'), 'main')
    await propose({ a: 'landed\n' })
    await gateway.drain()
    expect(await readFile(join(linked, 'tree', 'a'), 'utf8')).toBe('landed\n')
    expect(await repository.status({ directory: join(linked, 'tree') })).toEqual([])
  })
})

describe('garbage collection', () => {
  it('leaves staged commits alone until they have landed, and nothing keeps them afterwards', async () => {
    const { make, propose, queue, repository, sandbox, head, read } = await setUp({ a: 'a\n' })
    const staged = async () => (await sandbox.git('for-each-ref', 'refs/patchlane/staged')).split('\n').filter(Boolean)
    const kept: number[] = []
    const gateway = make({
      approval: {
        async consult() {
          await sandbox.git('gc', '--quiet', '--prune=now')
          kept.push((await staged()).length)
          return { decision: 'approved', reasons: [] }
        },
      },
    })
    const ids = [await propose({ a: 'landed\n' }), await propose({ b: 'b\n' }), await propose({ c: 'c\n' })]
    await sandbox.git('update-ref', 'refs/patchlane/staged/refs%2Fheads%2Fmain/left', head)
    await gateway.drain()
    expect(ids.map((id) => queue.get(id).status)).toEqual(['landed', 'landed', 'landed'])
    // All three of the train; `gc` packs them, so that they stay until the next gateway looks.
    expect(kept).toEqual([3, 3, 3])
    expect(await read('c')).toBe('c\n')
    expect(await sandbox.git('fsck', '--strict', '--no-dangling')).toBe('')
    // What was packed meanwhile is let go of by the next.
    await gateway.drain()
    expect(await staged()).toEqual([])
    expect(await repository.status()).toEqual([])
  })
})

it('says what keeps it from landing, and goes on when that is over', async () => {
  const { make, propose, queue, target } = await setUp({ a: 'a\n' })
  const id = await propose({ a: 'landed\n' })
  const takeOver = target.takeOver.bind(target)
  let attempts = 0
  target.takeOver = async (lease) => {
    if (++attempts <= 3) throw new CheckoutBusyError('an earlier gateway still runs')
    return takeOver(lease)
  }
  const stop = new AbortController()
  const told: string[] = []
  await make().watch({
    signal: stop.signal,
    idleMs: 5,
    onTrouble: ({ error, lastedMs }) => told.push(`${error.code} ${lastedMs >= 0}`),
    onReport: () => stop.abort(),
  })
  expect(told).toEqual(Array.from({ length: 3 }, () => 'APPLY_GATEWAY_CHECKOUT_BUSY true'))
  expect(queue.get(id).status).toBe('landed')
  target.takeOver = async () => {
    throw new CheckoutBusyError('for ever')
  }
  const giveUp = make().watch({
    signal: new AbortController().signal,
    idleMs: 5,
    onTrouble: ({ error, lastedMs }) => {
      if (lastedMs > 20) throw error
    },
  })
  await expect(giveUp).rejects.toMatchObject({ code: 'APPLY_GATEWAY_CHECKOUT_BUSY' })
})
