export { MemoryGatewayQueue } from './memory-gateway-queue.ts'
export { patchOn } from './propose.ts'
