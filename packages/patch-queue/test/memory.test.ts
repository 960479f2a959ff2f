import { describe, expect, it } from 'vitest'
import { MemoryPatchQueue, MemoryPatchStore } from '../src/index.ts'
import { queueContract } from '../src/testing/index.ts'

const stores = new Map<string, MemoryPatchStore>()

describe('MemoryPatchQueue', () => {
  queueContract(
    { it, expect },
    {
      async open(namespace, clock) {
        const store = stores.get(namespace) ?? new MemoryPatchStore(clock)
        stores.set(namespace, store)
        return new MemoryPatchQueue({ store })
      },
      survivesRestart: false,
    },
  )
})
