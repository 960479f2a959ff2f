import { MemorySaver } from '@langchain/langgraph'
import { describe, expect, it } from 'vitest'
import { AsyncChannel } from '../src/async-channel.ts'
import { MemoryRunStore } from '../src/index.ts'
import { runStoreContract, saverContract } from '../src/testing/index.ts'

function perNamespace<T>(make: () => T) {
  const made = new Map<string, T>()
  return {
    open: async (namespace: string) => {
      const one = made.get(namespace) ?? make()
      made.set(namespace, one)
      return one
    },
  }
}

describe('the run store in memory', () =>
  runStoreContract(
    { it, expect },
    perNamespace(() => new MemoryRunStore()),
  ))

describe("LangGraph's saver in memory", () =>
  saverContract(
    { it, expect },
    perNamespace(() => new MemorySaver()),
  ))

describe('a channel', () => {
  it('gives a late reader all that matters, and no more of the rest than its limit', async () => {
    const channel = new AsyncChannel<number>({ droppable: (value) => value < 0, limit: 2 })
    for (const value of [1, -1, -2, -3, 2]) channel.push(value)
    channel.close()
    channel.push(3)
    const seen: number[] = []
    for await (const value of channel) seen.push(value)
    expect(seen).toEqual([1, -1, -2, 2])
  })

  it('throws what it was closed with, after what was waiting', async () => {
    const channel = new AsyncChannel<number>()
    channel.push(1)
    setTimeout(() => channel.close({ thrown: new TypeError('over') }))
    const seen: number[] = []
    const read = async () => {
      for await (const value of channel) seen.push(value)
    }
    await expect(read()).rejects.toThrow('over')
    expect(seen).toEqual([1])
  })
})
