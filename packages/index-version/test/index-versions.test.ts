import { type EventDraft, indexDigestSchema, objectIdSchema, repoIdSchema } from '@patchlane/kernel'
import { describe, expect, it } from 'vitest'
import { type Indexer, IndexMetrics, IndexVersions, MemoryIndexVersionStore } from '../src/index.ts'

const repoId = repoIdSchema.parse('repo')
const commit = objectIdSchema.parse('a'.repeat(40))
const digest = indexDigestSchema.parse('e'.repeat(64))

function setUp(index: Indexer['index'] = async () => ({ digest, fileCount: 2 })) {
  const events: EventDraft[] = []
  const metrics = new IndexMetrics()
  let calls = 0
  const indexer: Indexer = {
    id: 'words@1',
    index: (request) => {
      calls++
      return index(request)
    },
  }
  const store = new MemoryIndexVersionStore()
  const options = { store, indexer, metrics, events: { publish: async (event: EventDraft) => events.push(event) } }
  return {
    versions: new IndexVersions(options),
    another: new IndexVersions(options),
    store,
    events,
    metrics,
    calls: () => calls,
  }
}

describe('IndexVersions', () => {
  it('indexes a commit once, however many ask, in one process or several', async () => {
    const { versions, another, calls, events } = setUp()
    const answers = await Promise.all([versions, versions, another].map((one) => one.ensure({ repoId, commit })))
    expect(new Set(answers.map((answer) => answer.digest))).toEqual(new Set([digest]))
    expect(calls()).toBe(1)
    expect(events.map((event) => event.type)).toEqual(['index_version.ready'])
    expect(await versions.stamp({ repoId, commit })).toEqual({ repoId, commit, indexVersion: digest })
    expect(calls()).toBe(1)
  })

  it('records a failure with its reason, and tries again when asked again', async () => {
    let broken = true
    const { versions, store, metrics, events } = setUp(async () => {
      if (broken) throw new Error('disk full')
      return { digest, fileCount: 2 }
    })
    await expect(versions.ensure({ repoId, commit })).rejects.toMatchObject({
      code: 'INDEX_VERSION_INDEXING_FAILED',
      cause: expect.objectContaining({ message: 'disk full' }),
    })
    expect(await store.find({ repoId, commit, indexer: 'words@1' })).toMatchObject({
      status: 'failed',
      errorMessage: 'disk full',
    })
    broken = false
    expect((await versions.ensure({ repoId, commit })).status).toBe('ready')
    expect(events.map((event) => event.type)).toEqual(['index_version.failed', 'index_version.ready'])
    expect(metrics.snapshot()).toMatchObject({ index_versions_ready_total: 1, index_versions_failed_total: 1 })
    expect(metrics.toPrometheus()).toContain('# TYPE index_versions_ready_total counter\nindex_versions_ready_total 1')
  })

  it('stops waiting for another process when told to', async () => {
    const { versions, store } = setUp()
    await store.begin({ repoId, commit, indexer: 'words@1' }, { owner: 'elsewhere', ttlMs: 60_000 })
    const signal = AbortSignal.timeout(50)
    await expect(versions.ensure({ repoId, commit, signal })).rejects.toThrow()
  })
})
