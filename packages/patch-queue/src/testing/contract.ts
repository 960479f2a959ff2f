import type { ManualClock, TestApi } from '@patchlane/kernel/testing'
import type { PatchQueue } from '../patch-queue.ts'
import { cancelContract } from './cancel-contract.ts'
import { lineContract } from './line-contract.ts'
import { recordContract } from './record-contract.ts'
import { writerContract } from './writer-contract.ts'

export interface QueueHarness {
  /** Calls with one namespace share data; other namespaces stay invisible. The queue's clock is the one given. */
  open(namespace: string, clock: ManualClock): Promise<PatchQueue>
  /** False only where state dies with the process. */
  readonly survivesRestart: boolean
}

/** What every adapter of {@link PatchQueue} must do. Most of it is tried through two handles on one store. */
export function queueContract(api: TestApi, harness: QueueHarness): void {
  writerContract(api, harness)
  lineContract(api, harness)
  cancelContract(api, harness)
  recordContract(api, harness)
}
