import type { TestApi } from '@patchlane/kernel/testing'
import { cancelCases } from './cancel-cases.ts'
import { lineCases } from './line-cases.ts'
import type { QueueHarness } from './queue-harness.ts'
import { recordCases } from './record-cases.ts'
import { writerCases } from './writer-cases.ts'

/** What every adapter of {@link PatchQueue} must do. Most of it is tried through two handles on one store. */
export function queueContract(api: TestApi, harness: QueueHarness): void {
  writerCases(api, harness)
  lineCases(api, harness)
  cancelCases(api, harness)
  recordCases(api, harness)
}
