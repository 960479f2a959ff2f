import type { ManualClock } from '@patchlane/kernel/testing'
import type { PatchQueue } from '../patch-queue.ts'

/** How a contract suite gets at an adapter. */
export interface QueueHarness {
  /** Calls with one namespace share data; other namespaces stay invisible. The queue's clock is the one given. */
  open(namespace: string, clock: ManualClock): Promise<PatchQueue>
  /** False only where state dies with the process. */
  readonly survivesRestart: boolean
}
