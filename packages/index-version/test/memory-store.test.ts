import { ManualClock } from '@patchlane/kernel/testing'
import { describe, expect, it } from 'vitest'
import { MemoryIndexVersionStore } from '../src/index.ts'
import { indexVersionStoreContract } from '../src/testing/index.ts'

describe('MemoryIndexVersionStore', () => {
  const clock = new ManualClock()
  indexVersionStoreContract(
    { it, expect },
    {
      open: async () => new MemoryIndexVersionStore({ clock }),
      sharesState: false,
      advance: async (milliseconds) => clock.advance(milliseconds),
    },
  )
})
