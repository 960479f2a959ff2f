import type { RefTransaction } from '@patchlane/git'
import { errorMessage } from '@patchlane/kernel'
import type { HeldLock } from './held-locks.ts'

/** Refs that git has locked, and holds until it is told to move them. */
export interface LockedRefs {
  transaction: RefTransaction
  locks: readonly HeldLock[]
}

/**
 * The git that moves the refs ended before it had said so: killed, perhaps, with its locks still there. The journal stays open until that is
 * mended. Does not leave the target.
 */
export class RefsInDoubtError extends Error {
  override readonly name = 'RefsInDoubtError'

  constructor(cause: unknown) {
    super(errorMessage(cause), { cause })
  }
}
