import { describe, expect, it } from 'vitest'
import { BlobQueue } from '../src/blob-queue.ts'
import type { BlobToRead } from '../src/extract-document.ts'

const blob = (n: number, size: number | null): BlobToRead => ({
  key: Uint8Array.of(n),
  reading: 0,
  content: size === null ? null : new Uint8Array(size),
  size: size ?? 0,
})
const names = (blobs: readonly BlobToRead[]) => blobs.map(({ key }) => key[0])

describe('BlobQueue', () => {
  it('gives each blob once, whoever takes it', () => {
    const queue = new BlobQueue(
      Array.from({ length: 200 }, (_, n) => blob(n, n % 7 === 0 ? null : n * 100)),
      3,
    )
    const taken: BlobToRead[] = []
    for (let task = queue.take(); task.length > 0; task = queue.take()) {
      const small = queue.takeSmall(5_000)
      taken.push(...task, ...(small === undefined ? [] : [small]))
    }
    expect(names(taken).sort((a = 0, b = 0) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n))
    expect(queue.takeSmall(Number.POSITIVE_INFINITY)).toBeUndefined()
  })

  it('gives smaller tasks towards the end, so that all end together', () => {
    const queue = new BlobQueue(
      Array.from({ length: 150 }, (_, n) => blob(n, 10_000)),
      2,
    )
    const sizes: number[] = []
    for (let task = queue.take(); task.length > 0; task = queue.take()) sizes.push(task.length)
    expect(sizes[0]).toBe(15)
    expect(sizes.at(-1)).toBeLessThanOrEqual(2)
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
  })

  it('gives the smallest first from its end, and leaves what is large to tasks', () => {
    const queue = new BlobQueue([blob(0, 10), blob(1, 900), blob(2, 20), blob(3, 800)], 2)
    expect(names([queue.takeSmall(100), queue.takeSmall(100)].filter((one) => one !== undefined))).toEqual([0, 2])
    expect(queue.takeSmall(100)).toBeUndefined()
    expect(names(queue.take())).toEqual([1, 3])
  })
})
