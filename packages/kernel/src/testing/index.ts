export { ManualClock } from './manual-clock.ts'
export { type ModelQuestion, type ModelReply, type ModelServer, startModelServer } from './model-server.ts'
export { patchFixture, versionOf } from './patch-fixture.ts'
export type { TestApi } from './test-api.ts'
