import { randomUUID } from 'node:crypto'
import type { TestApi } from '@patchlane/kernel/testing'
import type { CacheStore } from '../cache-store.ts'

export interface CacheStoreHarness {
  /** Handles opened with one namespace share data; other namespaces stay invisible. */
  open(namespace: string): Promise<CacheStore>
  /** Lets so much time pass by the store's clock. */
  elapse(milliseconds: number): Promise<void>
}

/** What every {@link CacheStore} has to do. */
export function cacheStoreContract({ it, expect }: TestApi, harness: CacheStoreHarness): void {
  const setUp = async () => {
    const namespace = randomUUID()
    return [await harness.open(namespace), await harness.open(namespace)] as const
  }

  it('gives a text back exactly, to every handle', async () => {
    const [one, two] = await setUp()
    const text = `\u0000 "ünïcode" 😀 ${'x'.repeat(100_000)}\r\n`
    await one.set('key', text, 60_000)
    expect(await two.get('key')).toBe(text)
    expect(await two.get('other')).toBeUndefined()
    await two.set('empty', '', 60_000)
    expect(await one.get('empty')).toBe('')
    await Promise.all([one.close(), two.close()])
  })

  it('keeps a text no longer than its time to live', async () => {
    const [one, two] = await setUp()
    await one.set('short', 'text', 40)
    await one.set('long', 'text', 60_000)
    await harness.elapse(41)
    expect(await two.get('short')).toBeUndefined()
    expect(await two.get('long')).toBe('text')
    await Promise.all([one.close(), two.close()])
  })

  it('replaces text and time to live', async () => {
    const [one, two] = await setUp()
    await one.set('key', 'old', 40)
    await two.set('key', 'new', 60_000)
    await harness.elapse(41)
    expect(await one.get('key')).toBe('new')
    await Promise.all([one.close(), two.close()])
  })

  it('deletes', async () => {
    const [one, two] = await setUp()
    await one.set('key', 'text', 60_000)
    await two.delete('key')
    await two.delete('absent')
    expect(await one.get('key')).toBeUndefined()
    await Promise.all([one.close(), two.close()])
  })
}
