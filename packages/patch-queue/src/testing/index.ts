export { type QueueHarness, queueContract } from './contract.ts'
