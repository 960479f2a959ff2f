import type { Clock } from '@patchlane/kernel'
import { StoredPatchQueue, type StoredPatchQueueOptions } from '../stored-patch-queue.ts'
import { MemoryPatchStore } from './memory-patch-store.ts'

export interface MemoryPatchQueueOptions extends StoredPatchQueueOptions {
  /** Shared by queues that shall see the same patches. @default a new one */
  store?: MemoryPatchStore
  /** The clock of a new store. @default the machine's */
  clock?: Clock
}

/** The queue in the memory of one process: for tests, and for what need not outlive it. */
export class MemoryPatchQueue extends StoredPatchQueue {
  constructor(options: MemoryPatchQueueOptions = {}) {
    super(options.store ?? new MemoryPatchStore(options.clock), options)
  }
}
