import { randomUUID } from 'node:crypto'
import { indexDigestSchema, objectIdSchema, repoIdSchema } from '@patchlane/kernel'
import type { TestApi } from '@patchlane/kernel/testing'
import type { IndexVersionKey } from '../index-version.ts'
import type { BeginAnswer, IndexingClaim, IndexVersionStore } from '../index-version-store.ts'

export interface IndexVersionStoreHarness {
  /** A handle on the store; where `sharesState`, all handles see the same rows. */
  open(): Promise<IndexVersionStore>
  /** False only where state belongs to one handle. */
  readonly sharesState: boolean
  /** Lets the store's clock run on. */
  advance(milliseconds: number): Promise<void>
}

const digest = indexDigestSchema.parse('d'.repeat(64))
const claimed = { owner: 'one', ttlMs: 1000 }

function freshKey(commit = 'a'.repeat(40)): IndexVersionKey {
  return {
    repoId: repoIdSchema.parse(`repo-${randomUUID()}`),
    commit: objectIdSchema.parse(commit),
    indexer: 'words@1',
  }
}

function claimOf(answer: BeginAnswer): IndexingClaim {
  if (answer.state !== 'claimed') throw new Error(`expected a claim, got ${answer.state}`)
  return answer.claim
}

/** What every adapter of {@link IndexVersionStore} must do. */
export function indexVersionStoreContract({ it, expect }: TestApi, harness: IndexVersionStoreHarness): void {
  it('gives the work on a commit to one of two racing callers', async () => {
    const first = await harness.open()
    const second = harness.sharesState ? await harness.open() : first
    const key = freshKey()
    const answers = await Promise.all([first.begin(key, claimed), second.begin(key, { ...claimed, owner: 'two' })])
    expect(answers.map((answer) => answer.state).sort()).toEqual(['busy', 'claimed'])
  })

  it('keeps one version for a commit and indexer, ready for good', async () => {
    const store = await harness.open()
    const key = freshKey()
    const claim = claimOf(await store.begin(key, claimed))
    const version = await store.ready(claim, { digest, fileCount: 3, durationMs: 5 })
    expect(version).toMatchObject({ ...key, status: 'ready', digest, fileCount: 3, durationMs: 5, versionId: 1 })
    expect(await store.begin(key, claimed)).toEqual({ state: 'ready', version })
    expect(await store.find(key)).toEqual(version)
    await expect(store.ready(claim, { digest, fileCount: 4, durationMs: 5 })).rejects.toMatchObject({
      code: 'INDEX_VERSION_CLAIM_LOST',
    })
  })

  it('numbers versions within their repository', async () => {
    const store = await harness.open()
    const key = freshKey()
    const other = { ...key, commit: objectIdSchema.parse('b'.repeat(40)) }
    const ids = [claimOf(await store.begin(key, claimed)), claimOf(await store.begin(other, claimed))].map(
      (claim) => claim.versionId,
    )
    expect(ids).toEqual([1, 2])
    expect((await store.list(key.repoId)).map((version) => version.versionId)).toEqual([2, 1])
    expect(claimOf(await store.begin(freshKey(), claimed)).versionId).toBe(1)
  })

  it('hands work whose indexer died to the next who asks, and refuses the dead one', async () => {
    const store = await harness.open()
    const key = freshKey()
    const dead = claimOf(await store.begin(key, claimed))
    await harness.advance(1500)
    const next = claimOf(await store.begin(key, { ...claimed, owner: 'two' }))
    expect(next).toMatchObject({ versionId: dead.versionId, attempt: dead.attempt + 1 })
    await expect(store.renew(dead, 1000)).rejects.toMatchObject({ code: 'INDEX_VERSION_CLAIM_LOST' })
    await expect(store.ready(dead, { digest, fileCount: 1, durationMs: 1 })).rejects.toMatchObject({
      code: 'INDEX_VERSION_CLAIM_LOST',
    })
    await store.ready(next, { digest, fileCount: 1, durationMs: 1 })
  })

  it('keeps a claim that is renewed', async () => {
    const store = await harness.open()
    const key = freshKey()
    const claim = claimOf(await store.begin(key, claimed))
    await harness.advance(800)
    await store.renew(claim, 1000)
    await harness.advance(800)
    expect((await store.begin(key, claimed)).state).toBe('busy')
  })

  it('records a failure and lets the next try', async () => {
    const store = await harness.open()
    const key = freshKey()
    await store.fail(claimOf(await store.begin(key, claimed)), { message: 'disk full', durationMs: 7 })
    expect(await store.find(key)).toMatchObject({ status: 'failed', errorMessage: 'disk full', digest: null })
    const retry = claimOf(await store.begin(key, claimed))
    await store.ready(retry, { digest, fileCount: 1, durationMs: 1 })
    expect(await store.find(key)).toMatchObject({ status: 'ready', errorMessage: null })
  })
}
