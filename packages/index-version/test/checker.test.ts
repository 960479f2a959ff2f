import { type ObjectId, objectIdSchema, parseRepoPath, type ReadSet, repoIdSchema, type Stamp } from '@patchlane/kernel'
import { ManualClock } from '@patchlane/kernel/testing'
import { describe, expect, it } from 'vitest'
import {
  IndexMetrics,
  IndexVersionChecker,
  type RepositoryHistory,
  type StaleAction,
  type StalenessPolicy,
  versionCheck,
} from '../src/index.ts'

const id = (digit: string) => objectIdSchema.parse(digit.repeat(40))
const repoId = repoIdSchema.parse('repo')
const minute = 60_000

/** A line of commits 1..5, a minute apart; commit n changed file n.txt, and commit 4 took back what 3 did. */
class LinearHistory implements RepositoryHistory {
  #head = 5
  readonly #trees: Record<number, string[]> = {
    1: [],
    2: ['2.txt'],
    3: ['2.txt', '3.txt'],
    4: ['2.txt'],
    5: ['2.txt', '5.txt'],
  }

  moveTo(head: number) {
    this.#head = head
  }
  head = async () => id(String(this.#head))
  has = async (commit: ObjectId) => Number(commit[0]) <= 5
  isAncestor = async (a: ObjectId, b: ObjectId) => Number(a[0]) <= Number(b[0])
  countBetween = async (a: ObjectId, b: ObjectId) => Math.max(0, Number(b[0]) - Number(a[0]))
  committedAt = async (commit: ObjectId) => Number(commit[0]) * minute
  changedPaths = async (a: ObjectId, b: ObjectId) => {
    const from = new Set(this.#trees[Number(a[0])])
    const to = new Set(this.#trees[Number(b[0])])
    return [...from.symmetricDifference(to)].map(parseRepoPath)
  }
}

const stampOf = (n: number): Stamp => ({ repoId, commit: id(String(n)), indexVersion: null })
const reads = (...paths: string[]): ReadSet => ({ paths: paths.map(parseRepoPath), complete: true })

function checker(
  policy: StalenessPolicy,
  action: StaleAction,
  history = new LinearHistory(),
  metrics = new IndexMetrics(),
) {
  return new IndexVersionChecker({ history, policy, action, clock: new ManualClock(5 * minute), metrics })
}

describe('IndexVersionChecker', () => {
  it('calls the same tree fresh, even if the head moved', async () => {
    const history = new LinearHistory()
    history.moveTo(4)
    const seen = await checker({ policy: 'strict' }, 'refuse', history).check({ stamp: stampOf(2) })
    expect(seen).toMatchObject({ state: 'fresh', stale: false, decision: 'proceed' })
  })

  it('with readSet, asks only whether what was read has changed', async () => {
    const readSet = checker({ policy: 'readSet' }, 'refuse')
    expect(await readSet.check({ stamp: stampOf(2), readSet: reads('2.txt') })).toMatchObject({
      state: 'behind',
      commitsBehind: 3,
      secondsBehind: 180,
      decision: 'proceed',
      partial: false,
    })
    expect(await readSet.check({ stamp: stampOf(2), readSet: reads('5.txt') })).toMatchObject({
      state: 'moved',
      movedPaths: ['5.txt'],
      decision: 'refuse',
    })
    expect(await readSet.check({ stamp: stampOf(2) })).toMatchObject({ state: 'moved', partial: true })
  })

  it('with bounded, allows so many commits and seconds', async () => {
    const bounded = (maxCommits: number, maxSeconds: number) =>
      checker({ policy: 'bounded', maxCommits, maxSeconds }, 'refuse').check({
        stamp: stampOf(2),
        readSet: reads('5.txt'),
      })
    expect((await bounded(3, 1000)).decision).toBe('proceed')
    expect((await bounded(2, 1000)).decision).toBe('refuse')
    expect((await bounded(3, 100)).decision).toBe('refuse')
  })

  it('with strict, never accepts another tree', async () => {
    expect(await checker({ policy: 'strict' }, 'accept').check({ stamp: stampOf(2), readSet: reads() })).toMatchObject({
      stale: true,
      decision: 'refuse',
    })
  })

  it('records a stale request that it accepts', async () => {
    const metrics = new IndexMetrics()
    const accepting = checker({ policy: 'readSet' }, 'accept', new LinearHistory(), metrics)
    expect(await accepting.check({ stamp: stampOf(2) })).toMatchObject({ stale: true, decision: 'proceed' })
    expect(metrics.snapshot()).toMatchObject({
      index_stale_requests_total: 1,
      index_refused_requests_total: 0,
      index_staleness_seconds: 180,
    })
  })

  it('refuses a commit it does not have, and knows another line of history', async () => {
    expect(await checker({ policy: 'readSet' }, 'auto_reindex').check({ stamp: stampOf(9) })).toMatchObject({
      state: 'unknown',
      decision: 'refuse',
    })
    const history = new LinearHistory()
    history.moveTo(3)
    expect((await checker({ policy: 'readSet' }, 'accept', history).check({ stamp: stampOf(5) })).state).toBe(
      'diverged',
    )
  })
})

describe('versionCheck', () => {
  const versions = {
    stamp: async (request: { commit: ObjectId }) => ({ repoId, commit: request.commit, indexVersion: null }),
  }

  it('refuses before the handler runs', async () => {
    let ran = false
    const handle = versionCheck({ checker: checker({ policy: 'readSet' }, 'refuse'), versions }, async () => {
      ran = true
    })
    await expect(handle({ stamp: stampOf(2), readSet: reads('5.txt') })).rejects.toMatchObject({
      code: 'INDEX_VERSION_STALE',
      kind: 'stale',
      movedPaths: ['5.txt'],
    })
    expect(ran).toBe(false)
  })

  it('hands a fresh stamp to the handler where it re-indexes, and the same one where nothing moved', async () => {
    const handle = versionCheck(
      { checker: checker({ policy: 'strict' }, 'auto_reindex'), versions },
      async ({ stamp }) => stamp.commit,
    )
    expect(await handle({ stamp: stampOf(2) })).toBe(id('5'))
    expect(await handle({ stamp: stampOf(5) })).toBe(id('5'))
  })
})
