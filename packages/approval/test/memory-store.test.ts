import { ManualClock } from '@patchlane/kernel/testing'
import { describe, expect, it } from 'vitest'
import { MemoryApprovalStore } from '../src/index.ts'
import { approvalStoreContract } from '../src/testing/index.ts'

describe('MemoryApprovalStore', () => {
  const clock = new ManualClock()
  approvalStoreContract(
    { it, expect },
    {
      open: async () => new MemoryApprovalStore({ clock }),
      sharesState: false,
      advance: async (milliseconds) => clock.advance(milliseconds),
    },
  )
})
