export { MemoryGatewayQueue } from './memory-gateway-queue.ts'
export { patchOn } from './propose.ts'
export { type TargetHarness, type TargetSandbox, targetContract } from './target-contract.ts'
