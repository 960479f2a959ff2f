import type { TestApi } from '@patchlane/kernel/testing'
import type { TestVerdictCache } from '../verdict-cache.ts'

export interface VerdictCacheHarness {
  /** An empty cache. */
  open(): Promise<TestVerdictCache>
}

/** What every adapter of {@link TestVerdictCache} guarantees. */
export function verdictCacheContract({ it, expect }: TestApi, harness: VerdictCacheHarness): void {
  it('answers with what was stored under the same key, and with nothing under another', async () => {
    const cache = await harness.open()
    expect(await cache.get('a')).toBeUndefined()
    await cache.set('a', { passed: 3, skipped: 1 })
    expect(await cache.get('a')).toEqual({ passed: 3, skipped: 1 })
    expect(await cache.get('b')).toBeUndefined()
  })

  it('keeps the latest of two writers', async () => {
    const cache = await harness.open()
    await Promise.all([cache.set('a', { passed: 1, skipped: 0 }), cache.set('a', { passed: 1, skipped: 0 })])
    await cache.set('a', { passed: 2, skipped: 0 })
    expect(await cache.get('a')).toEqual({ passed: 2, skipped: 0 })
  })
}
