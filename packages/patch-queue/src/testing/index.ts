export { queueContract } from './contract.ts'
export type { QueueHarness } from './queue-harness.ts'
